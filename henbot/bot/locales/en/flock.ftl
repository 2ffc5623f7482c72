# Hens that come, are called otherwise, go, and turn out to be one.

command-addhen = a new hen: her name, then pictures
command-rename = call a hen otherwise
command-retire = a hen lives here no more
command-merge = two names, one hen

may-not-flock = Only admins of this coop tell me who lives here.
flock-in-private = Let us talk of that in private: write me there.
flock-who = Here live: { $hens }.
flock-unknown = I know no hen called { $name }.
flock-gone-already = { $hen } lives here no more already.
flock-changed = That has changed meanwhile: nothing is done.

rename-how = Write her name and the new one, like <code>/rename { $hen } Pearl</code>. Her past stays hers.
rename-which = Which of them shall be called <b>{ $name }</b>?
renamed = { $old } is now called <b>{ $new }</b>. Her past stays hers. /undo takes it back.
rename-same = She is called so already.
name-taken = { $hen } is called so already: two hens need two names.
name-wrong = A hen’s name has letters, at most { $most } of them.

retire-which = Who lives here no more?
retire-why = <b>{ $hen }</b> lives here no more: what became of her? Her past stays.
retire-sure = <b>{ $hen }</b> lives here no more? Her past stays.
button-fate-moved = 🏡 Moved
button-fate-sold = 🤝 Sold
button-fate-died = Died
button-flock-no = ‹ No, nothing
retired-moved = { $hen } has moved. Her past stays, and I await no eggs of hers any more. /undo if that was a mistake.
retired-sold = { $hen } has a new home. Her past stays, and I await no eggs of hers any more. /undo if that was a mistake.
retired-died = { $hen } is gone. I am sorry. All that was seen of her stays. /undo if that was a mistake.
retire-not = Nothing is changed.

merge-how = Write both names, like <code>/merge { $hen } { $other }</code>: what was seen of the first then counts as the second’s.
merge-which = Which two are one hen?
merge-sure = Are <b>{ $hen }</b> and <b>{ $other }</b> one and the same hen? Then all that was and will be seen of either counts as one hen’s. Which name shall stay?
button-merge-keep = One hen: { $hen }
merged = Done: { $gone } is <b>{ $hen }</b>, in all answers. /undo takes it back.
merge-same = These are one hen already.

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

addhen-how = Write her name behind it, like <code>/addhen Pearl</code>; then send me pictures of her.
addhen-open = A new hen: <b>{ $name }</b>. Now send me { $least } to { $most } pictures of her, best of her alone and by day; an album will do.
    Pictures from her nest tell most: choose from mine, or send me some of yours.
addhen-count = <b>{ $name }</b>: { $count ->
        [one] { $count } picture
       *[other] { $count } pictures
    } so far, { $least } to { $most } are good.
button-addhen-own = 🪺 From my own pictures
button-addhen-done = ✅ That is all
button-addhen-cancel = ‹ Cancel
button-addhen-more = More ›
button-addhen-back = ‹ Back
addhen-too-few = { $least } pictures at least, please: from fewer I would mistake her for others.
addhen-enough = { $most } pictures are enough.
addhen-same = I have that picture already.
addhen-no-own = Of the last two weeks I have no pictures of hens that I did not know.
addhen-pick = Which of these are <b>{ $name }</b>? Tap their numbers.
addhen-not-now = I add a hen only when I know her name: /addhen, with her name behind it, then her pictures.
addhen-still-looking = I am still looking at the pictures that you sent; then I say whether I need more.
addhen-fetch-failed = That picture did not arrive. Send it once more?
addhen-checking = <b>{ $name }</b>: I look at { $count ->
        [one] { $count } picture
       *[other] { $count } pictures
    }, as soon as the detector is free. You will hear from me here.
addhen-cancelled = Nothing is added.
addhen-failed = I could not look at her pictures: { $reason }. Nothing is lost: try again.
addhen-taken = { $count ->
        [0] None of the pictures can be used.
        [one] { $count } picture can be used.
       *[other] { $count } pictures can be used.
    }
addhen-refused = Left out: { $flaws }.
addhen-flaw-unreadable = { $count } that I cannot open
addhen-flaw-small = { $count } in which she is too small
addhen-flaw-dark = { $count } too dark
addhen-flaw-bright = { $count } too bright
addhen-flaw-blurred = { $count } blurred
addhen-flaw-colourless = { $count } without colours
addhen-flaw-no_bird = { $count } in which I see no hen
addhen-send-more = Send me some more, { $least } in all, or add her all the same.
addhen-send-others = Send me others: of her alone, by day, near enough to fill a third of the picture.
button-addhen-anyway = Add her all the same
addhen-alike = { $count } of { $taken } look much like { $hen }. Is <b>{ $name }</b> she?
button-addhen-new = No, { $name } is another
button-addhen-known = Yes, it is { $hen }
addhen-known = Then nothing is added: that is { $hen }. If two names turn out to be one hen: /merge.
addhen-done = 🐔 <b>{ $name }</b> lives here now. /undo takes it back.
addhen-known-by = From now on I know her by these pictures, a little; the more you tell me when I ask, the better.
addhen-foreign = Pictures from elsewhere say less than those from her nest: where she is not sure, I say so.
addhen-known-later = I know nobody by name yet: her name comes once a version was trained, with /train.

# What people choose for themselves, and who may do what.

settings = ⚙️ <b>Settings</b>
settings-language-line = Language: { $language }
settings-subscribed = 🔔 You are subscribed: I tell here what happens.
settings-not-subscribed = 🔕 Not subscribed: I only answer here.
settings-theme-line = Charts: { $theme }
settings-theme-auto = light by day, dark by night
settings-theme-light = light
settings-theme-dark = dark
settings-kind-line = What I tell: { $kind }
settings-quiet-line = Nothing rings: { $hours }
settings-sure-line = How sure I must be who she is: { $sure }
settings-language = Now I speak English with you.
settings-kind-all = bouts and eggs
settings-kind-eggs = eggs only
settings-kind-first = the first egg of the day
settings-kind-board = one board a day
settings-kind-digest = the evening’s digest only
settings-quiet-coop = as at the coop ({ $hours })
settings-quiet-never = it may always ring
settings-sure-any = any
settings-sure-from = at least { $percent } %

button-settings-language = 🌐 Language
button-settings-theme = 🎨 Charts
button-settings-kind = 📣 What I tell
button-settings-quiet = 🌙 Quiet hours
button-settings-sure = 🎯 How sure
button-settings-rings = Eggs ring
button-settings-unknown = Strange hens only
button-settings-digest = Evening digest
button-settings-weekly = Weekly digest
button-settings-back = ‹ Back
button-subscribe = 🔔 Subscribe
button-unsubscribe = 🔕 Unsubscribe

subscribed = 🔔 Done: from now on I tell here what happens ({ $kind }). /settings to choose, /unsubscribe to stop.
subscribed-already = 🔔 You are subscribed already ({ $kind }). /settings to choose, /unsubscribe to stop.
unsubscribed = 🔕 Done: I only answer here from now on. What you chose is kept; /subscribe brings it back.
unsubscribed-already = 🔕 You were not subscribed. /subscribe changes that.
may-not-configure = Here only the coop’s keeper and admins can choose that. In a private chat with me you can choose for yourself.

about = 🐔 <b>henbot { $version }</b>
    I watch nest boxes and tell who laid. I say only what was seen.

    Licence: MIT, without warranty.
    { $source }

    <b>What I keep</b>
    Of you: your Telegram number and name, your language, what you subscribed to, and what you told me of eggs and hens. Your questions are not kept. Pictures and records stay on the keeper’s machine; only what is posted here passes through Telegram. /unsubscribe ends all messages; to be forgotten, ask the keeper.
about-source = Source: { $url }
about-source-here = The source came with the program: ask the keeper for it.

command-subscribe = be told what happens
command-unsubscribe = be told nothing more
command-about = version, licence, what I keep

people = 👥 <b>Who may do what</b>
people-how = To let somebody in, forward me a message of theirs, or write <code>/admins @name</code> if they have written to me, or <code>/admins 123456789</code> with their number: /admins tells it to whoever asks.
people-in-private = That is between us: write /admins to me in private. Or answer somebody’s message with it here, to let them in.
people-not-met = I do not know { $name } yet. Let them write to me once, then I know them by that name. Their number works too: I tell it when they write /admins.
people-hidden = Telegram does not tell whose message this is: they hide it. Let them write /admins to me; I tell them their number, and you write <code>/admins</code> with that number.
people-offer = What shall { $name } be?
people-give-sure = { $name }: { $role }?
    { $may }
people-given = ✅ { $name }: { $role }.
people-take-sure = Take away the role of { $name }?
people-taken = ✅ { $name } may only ask from now on.
people-not-taken = { $name } has no role that I could take away; what coop.yaml says stays.
people-not-allowed = You may not do that.
may-not-manage = Only the coop’s keeper and admins let people in. If you should be let in, tell them your number: <code>{ $number }</code>
role-owner = owner
role-admin = admin
role-family = family
role-guest = sitter
role-until = until { $date }
role-configured = (coop.yaml)
role-may-admin = May tell of eggs, correct me, hear what is worth a look, and let family and sitters in.
role-may-family = May tell of eggs taken, answer what I ask, and ask me from any chat.
role-may-guest = May do the same as the family, until then.
role-given-to-you = 👋 You are trusted here now: { $role }. { $may } /help shows the commands.
role-taken-from-you = You can ask me as before; what is told of eggs is for others now. Thank you!
gift-admin = Admin
gift-family = Family
gift-guest-3 = Sitter for 3 days
gift-guest-7 = Sitter for a week
gift-guest-14 = Sitter for two weeks
button-people-take = ✖ { $name }
button-people-yes = ✓ Yes
button-people-no = ‹ No
owner-welcome = 👑 You are the owner of this coop now. /admins lets your family and sitters in, /settings is for you, /help shows the rest.
owner-link-over = This link has been used or is too old.
command-admins = who may do what
too-fast = 🐢 That is faster than I can answer. Please give me a minute.
inline-not-for-you = Only for the coop’s family. Ask me in private

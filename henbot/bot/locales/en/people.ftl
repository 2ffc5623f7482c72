# What people choose for themselves, and who may do what.

settings = ⚙️ <b>Settings</b>
settings-language-line = Language: { $language }
settings-subscribed = 🔔 You are subscribed: I tell here what happens.
settings-not-subscribed = 🔕 Not subscribed: I only answer here.
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

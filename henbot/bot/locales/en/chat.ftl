# What the bot says in conversation.

start = 🐔 Hello, { $name }! I watch the nests of <b>{ $coop }</b> and tell who came, who sat, and who laid.

    Ask me <i>who laid today?</i>, or press a button. /help shows all I can do.
help = <b>What I can do</b>
    /today – who laid today
    /hen NAME – one hen: her eggs and habits
    /hens – the flock
    /eggs – eggs: laid, collected, there
    /nest – who is in the nest now
    /visits – who came to the nest
    /next – who is due
    /suspects – who does not lay
    /why – what a verdict rests on
    /stats – eggs in numbers
    /calendar – a year of eggs, as a picture
    /collected 5 – eggs were taken
    /egg NAME, under the bush – an egg outside
    /treated NAME wormer 7 – eggs not eaten for 7 days
    /sit NAME – let a broody hen sit
    /export – eggs as files
    /subscribe, /unsubscribe – be told what happens, or no more
    /settings – language, what is told, quiet hours
    /about – version, licence, what I keep
    /help – this list

    Or just ask, in English or Russian:
    <i>who laid yesterday?</i>
    <i>did { $hen } lay today?</i>
    <i>кто снёсся в понедельник?</i>

    I say “laid” only if an egg was seen. “Probably” means that she sat long enough. And when I could not see the nest, I say so.
help-some-hen = Ginger
hint = I did not understand that, sorry. Perhaps one of these?
unknown-command = I do not know this command. Perhaps one of these?
not-your-buttons = These buttons are another person's. Write /start to me for your own.
outdated-button = This button is from an earlier time. Please ask again.
something-failed = Something went wrong on my side. It has been noted; please try again in a while.
no-coop = I do not know the coop yet. It is being set up.

button-today = Today
button-yesterday = Yesterday
button-help = Help

command-start = say hello
command-help = what I can do
command-settings = language, what is told, quiet hours
command-today = who laid today
command-hen = one hen: her eggs and habits
command-hens = the flock
command-eggs = eggs: laid, collected, there
command-nest = who is in the nest now
command-visits = who came to the nest
command-next = who is due
command-suspects = who does not lay
command-why = what a verdict rests on
command-stats = eggs in numbers
command-calendar = calendar of eggs

admin-refused = ⚠️ I cannot post to the chat { $chat }: { $reason }. Please make me an administrator there who may post messages. I keep trying, and nothing is lost.

suggestion-today = Who laid today?
suggestion-yesterday = Who laid yesterday?
suggestion-help = Help
suggestion-did-lay = Did { $hen } lay today?
suggestion-her-last = When did { $hen } last lay?
suggestion-her-stats = How is { $hen } doing?
suggestion-nest = Who is in the nest now?
suggestion-visits = Who came to the nest today?
suggestion-coverage = How much did you watch today?
suggestion-week = How many eggs in the last week?
suggestion-ledger = How many eggs are in the nest?
suggestion-last = When was the last egg?
suggestion-next = Who is due?
suggestion-hens = List my hens
suggestion-suspects = Who is not laying?

# Learning from chat: what is missing, how it goes, what came out.
train-too-few = 🧠 I need more labels before I can learn: { $lacking }. Send /label, and I show you pictures to name.
labels-of-whom = { $who } { $has } of { $wanted }
labels-empty = an empty nest
labels-occupied = a hen in the nest
job-left-unknown = I cannot say yet how long it takes.
job-left-soon = less than a minute left
job-begun-again = ⚠️ At { $percent } % { $why }. I began again from the start.
job-given-up = { $times } times it did not come to its end, the last time at { $percent } %: { $why }. I have given up; nothing has changed. /train tries again.
job-ending-stopped = henbot was stopped
job-ending-lost = henbot was killed
job-ending-killed = the system killed it, mostly for want of memory
job-ending-died = it broke off
report-labels-of = Of them: { $each }.
report-luck = luck alone makes so uneven a split in { $percent } of 100 cases
report-luck-rare = luck alone makes so uneven a split in fewer than 1 of 100 cases
report-stays = in { $better } { $better ->
    [one] stay
   *[other] stays
} it gets more right, in { $worse } fewer; { $luck }
report-gained = ⬆️ Better: { $what }
report-lost = ⬇️ Worse: { $what }
report-mistakes = What it gets wrong on days that it had not seen:
report-mistake = { $number }. { $truth }, taken for { $said }
named-eggs = { $eggs } { $eggs ->
    [one] egg
   *[other] eggs
}
posture-hen = a hen
curve-title = The more labels, the more is right
curve-held-out = Tried on { $days }, not learned from
curve-point = { $percent } %
    { $labels } { $labels ->
        [one] picture
       *[other] pictures
    }
curve-caption = My learning curve: if it still climbs at the end, more labels help.
phase-curve = drawing the learning curve
report-before-noon = { $day } before noon
report-after-noon = { $day } after noon
button-train-label = 🏷 Show me pictures

# Model versions, and the work on them. Only admins see these.

command-models = versions of what I have learned
command-train = learn from your answers
command-rollback = let the version before serve again
models-title = <b>What I have learned</b>
models-none = I have no version of my own yet: what was shipped with me looks at the pictures. /train makes one from your labels.
model-line = { $when }, { $time } – { $state }
model-serving = serves
model-desired = is about to serve
model-trained = trained by a command
model-candidate = candidate
model-imported = brought in
model-hens = Knows { $hens }.
model-size = { $size } MB
model-failure = ⚠️ It does not serve: { $reason }
model-gone = This version is not here any more.
model-switch-sure = Shall this version look at the pictures from now on? The one before stands by for an hour.
model-switched = ▶️ It serves now.
model-switching = ⏳ It is being loaded …
model-not-switched = ⚠️ It could not serve, so the one before goes on: { $reason }
model-in-use-serving = It serves or is about to.
model-in-use-pinned = It is pinned.
model-in-use-last_good = It is the one to go back to.
model-removed = Removed. What it saw stays.
rollback-none = There is no version to go back to.
rollback-shipped = ↩️ What was shipped with me looks at the pictures again. Your versions stay: /models brings one back.
button-model-switch = Let it serve
button-model-sure = Yes, switch
button-model-not = No
button-model-pin = 📌 Keep
button-model-unpin = Keep no more
button-model-export = Send as a file
button-model-remove = Remove
button-model-list = ‹ All versions
button-model-show = Look at it
button-job-stop = Stop
may-not-train = Only admins of this coop teach me.
job-train-asked = 🧠 I will learn as soon as the detector is free.
job-train-running = 🧠 I am learning from your labels.
job-train-done = 🧠 I have learned: version <b>{ $version }</b> is a candidate. The old one goes on until you switch.
job-train-failed = 🧠 I could not learn: { $reason }
job-train-cancelled = 🧠 Learning was stopped. Nothing has changed.
job-import-asked = 📦 I will look at this version as soon as the detector is free.
job-import-running = 📦 I am checking this version.
job-import-done = 📦 Version <b>{ $version }</b> is sound. It does not serve until you switch.
job-import-failed = 📦 I refuse this version: { $reason }
job-import-cancelled = 📦 Stopped. Nothing was brought in.
job-export-asked = 📦 I will pack it as soon as the detector is free.
job-export-running = 📦 I am packing it.
job-export-done = 📦 Version <b>{ $version }</b>
job-export-failed = 📦 I could not pack it: { $reason }
job-export-cancelled = 📦 Packing was stopped.
job-progress = { $bar } { $percent } % – { $phase }
job-left = about { $minutes } { $minutes ->
    [one] minute
   *[other] minutes
} left
phase-reading = reading your labels
phase-comparing = comparing with the version that serves
phase-learning = learning
phase-checking = checking
phase-packing = packing
phase-done = done
report-labels = Learned from { $pictures } { $pictures ->
    [one] picture that you labelled
   *[other] pictures that you labelled
}.
report-nothing-held-out = There are too few labels to hold any back for a comparison. Label another day.
report-held-out = Compared on { $days }, which it had not seen:
report-question = • { $what }: { $new } % right, the one that serves { $old } % – { $verdict }
report-question-hens = hen or none
report-question-posture = what she does
report-question-hen = which hen
report-question-eggs = eggs
report-better = surely better
report-worse = surely worse
report-perhaps-better = perhaps better; it may be luck
report-perhaps-worse = perhaps worse; it may be luck
report-same = no difference
report-hen = { $hen }: { $right } of { $pictures } right, before { $before }
report-confusion = Took { $truth } for { $said } { $times ->
    [one] once
   *[other] { $times } times
}.
report-learned-by-serving = The version that serves has learned these pictures itself, which speaks for it.
posture-sitting = “sitting”
posture-standing = “standing”
posture-partial = “half in”
posture-perched = “perched”
posture-none = nothing

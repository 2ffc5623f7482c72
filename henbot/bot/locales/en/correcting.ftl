# What people say against the model, taking back, and the log. Only those whom the coop trusts see these.

button-fix-not = ✏️ not { $hen }
button-fix-known = ✏️ I know who it is
button-fix-no-egg = 🚫 no egg
button-fix-egg = 🥚 there was an egg
button-fix-unknown = ❓ an unknown hen
button-fix-nobody = ▫️ nobody, no hen
button-fix-keep = ‹ Cancel
fix-who = ✏️ Who was it?
fix-kept = Left as it was.
fix-done = ✅ Thank you, I put it right: { $what }.
fix-said-hen = it was { $hen }
fix-said-nobody = there was no hen
fix-said-egg = there was an egg
fix-said-no-egg = there was no egg
fix-said = { $who }: { $what } ({ $at })
egg-denied = ↩️ No egg after all: I was mistaken here.
may-not-correct = Only admins of this coop correct me.
may-not-undo = There is nothing of yours to take back: only the coop’s family tells me things.
may-not-log = Only admins of this coop read the log.

undo-done = ↩️ Taken back: { $what }.
undo-already = This was taken back already: { $what }.
undo-nothing = There is nothing left of yours that I could take back.
act-label = an answer about the picture of { $at } ({ $nest })
act-label-none = an answer about a picture
act-correction = { $what } ({ $at })
act-hen-added = { $hen } joined the flock
act-hen-renamed = { $before } is called { $hen }
act-hen-retired = { $hen } lives here no more
act-hens-merged = { $hen } and { $into } are one hen

why-said-hen = ✍️ Whose it was, { $who } said at { $at }.
why-said-egg = ✍️ Whether there was an egg, { $who } said at { $at }.

settings-corrects-line = Bouts to correct: { $on ->
    [yes] each is told here
   *[no] not told here
}
button-settings-corrects = ✏️ Bouts to correct

command-undo = take back what you did last
command-log = who did what, and when

log-title = 📜 <b>The log, the newest first</b>
log-empty = 📜 Nothing is written down of that time.
log-in-private = That is between us: write /log to me in private.
log-by-itself = henbot itself
log-shipped = the one that was shipped
button-log-older = Older ›
button-log-newest = « Newest
button-log-csv = 📄 CSV
log-act-label = { $what }
log-act-correction = correction: { $what }
log-act-hen-added = new hen: { $what }
log-act-hen-renamed = new name: { $what }
log-act-hen-retired = hen gone: { $what }
log-act-hens-merged = hens made one: { $what }
log-act-undone = taken back: { $what }
log-job-train = training asked for { $what }
log-job-import = a version to bring in { $what }
log-job-export = a version to send as a file { $what }
log-job-add-hen = pictures of a new hen to look at { $what }
log-job-compare = a comparison of versions asked for { $what }
log-job-explain = an explanation asked for { $what }
log-job-choose = a choice of pictures to ask about { $what }
log-job-stop = work stopped { $what }
log-model-switch = switched to version { $what }
log-model-pin = pinned version { $what }
log-model-unpin = unpinned version { $what }
log-model-remove = removed version { $what }
log-model-shadow = put in shadow version { $what }
log-model-unshadow = took out of shadow version { $what }
log-model-fell-back = gave up version { $what }
log-model-shadow-dropped = ended the shadow of version { $what }
log-role-given = role given: { $what }
log-role-taken = role taken away: { $what }
log-owner-link-made = a link for the first owner was made
log-owner-link-closed = the lost link for the first owner was closed
log-owner-link-refused = tried an owner’s link that is used or too old
log-press-refused = ⚠️ pressed a button that is not theirs: { $what }
log-press-unknown = ⚠️ pressed a button that I do not have: { $what }
log-command-refused = ⚠️ asked for what is not theirs: { $what }

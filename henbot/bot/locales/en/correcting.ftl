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
act-label = what you said of a picture of { $at } ({ $nest })
act-label-none = what you said of a picture
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

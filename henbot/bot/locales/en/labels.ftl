# Questions about pictures to those whom the coop trusts, and what they answered.

command-label = tell me who is in my pictures
label-who = ❓ <b>Who is this?</b>
label-gently = When you have a moment:
label-where = { $nest }, { $when }
label-second = Two hens: the first is { $hen }. <b>Who is the second?</b>
label-second-unnamed = Two hens. <b>Who is the second?</b>
label-first-of-two = Two hens. <b>Who is the first</b>, the one who is more in the nest?
label-posture = <b>{ $hen }</b>: what does she do?
label-posture-unnamed = What does she do?
label-eggs = How many eggs do you see?
label-eggs-dummies = How many eggs do you see, dummy eggs too?
label-name = What is she called? Write me her name.
label-name-bad = I cannot take this name: it needs a letter, and at most { $most } signs. Another one?
label-name-taken = A hen is called <b>{ $hen }</b> already. Is it she? Then press her button; else write another name.
label-hen-added = 🐔 <b>{ $hen }</b> is one of the flock now.
label-why-uncertain = I am not sure of this one.
label-why-disagreement = My versions say different things of this one.
label-why-novel = I have seen nothing quite like this yet.
label-why-balance = I have few pictures like this one.
label-why-drift = I recognise her less well than before. Is she moulting?
label-guess = My guess: { $answer }.
label-dispute = 🤝 <b>You do not agree about this one:</b>
label-dispute-word = { $who }: { $answer }
label-dispute-who = <b>Who is it?</b> Your answer counts.
label-other-said = { $who } has answered: { $answer }. If you see it otherwise, tell me.
label-other-answered = ✓ { $who } has answered: { $answer }.
label-told = ✓ { $answer }. Thank you!
label-unsure = 🤷 Not sure. That is fine: I learn nothing from this one.
label-disputed = { $who } sees it otherwise ({ $answer }). Until one of the admins settles it, I learn nothing from this one.
label-settled = ✓ { $answer }. That settles it, thank you!
label-enough = 👍 Enough. { $number ->
    [0] Come back any time with /label.
    [one] You told me of one picture today, thank you!
   *[other] You told me of { $number } pictures today, thank you!
}
label-closed = This question was put away.
label-nothing = I have nothing to ask now. When more has been seen, /label asks again.
label-in-private = I ask about pictures in private only. Write /label to me alone.
label-no-portraits = I have no portraits yet. They come with your answers.
label-portraits = Who is who
label-portraits-missing = No portrait yet: { $hens }.
label-not-undone = This was taken back already.
may-not-label = Only those whom this coop trusts may answer this.
label-answer-nobody = nobody
label-answer-two = two hens
label-answer-second-unknown = one whom I do not know
label-answer-hen = a hen
label-answer-sitting = sitting
label-answer-standing = standing
label-answer-partial = half in
label-answer-perched = perched
label-answer-eggs = { $number ->
    [0] no egg
    [one] 1 egg
   *[other] { $number } eggs
}
button-label-nobody = Nobody
button-label-two = Two hens
button-label-unsure = 🤷 Not sure
button-label-new = ➕ New hen…
button-label-more = More… ▸
button-label-first-page = ‹ To the first
button-label-portraits = 🖼 Who is who
button-label-enough = Enough
button-label-back = ‹ Back
button-label-pass = Cannot tell
button-label-sitting = 🪺 Sitting
button-label-standing = 🐓 Standing
button-label-partial = Half in
button-label-count = { $number ->
    [one] 🥚 { $number } egg
   *[other] 🥚 { $number } eggs
}
button-label-undo = ↩️ Undo
button-label-next = One more

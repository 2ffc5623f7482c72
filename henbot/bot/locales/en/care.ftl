# Hints to admins: what was seen, never a diagnosis; nothing cheery where a hen may be unwell.

care-long-sitting = <b>{ $hen }</b> has sat on the nest for { $length }, and no egg was seen. Worth a look.
care-sitting-since = Sitting since { $at } ({ $nest }).
care-usual-sitting = When she lays she usually sits for about { $length }.
care-usual-unknown = How long she usually sits is not known yet.
care-vet = If she looks unwell to you, a vet can help.
care-broody = <b>{ $hen }</b> spent { $number } { $number ->
    [one] evening and night
   *[other] evenings and nights running
} on the nest, and no egg of hers was seen. She may want to hatch eggs.
care-broody-maybe = <b>{ $hen }</b> sat on the nest on { $number } { $number ->
    [one] afternoon
   *[other] afternoons running
}, { $hours } h and more each, and no egg of hers was seen. She may want to hatch eggs; I cannot see the nest at night, so this is less sure.
care-stopped = No egg of <b>{ $hen }</b> was seen on { $number } watched { $number ->
    [one] day
   *[other] days
}. Before, her longest usual pause was { $usual } { $usual ->
    [one] day
   *[other] days
}. Worth a look.
care-moult = No egg of <b>{ $hen }</b> was seen on { $number } watched { $number ->
    [one] day
   *[other] days
}, and the days grow shorter ({ $hours } h of light). She may be moulting: are there feathers about? Until she lays again I do not wait for her eggs.
care-visits = She goes to the nests at { $percent } % of her usual.
care-others = Others that stopped: { $number }.
care-found-outside = Eggs found outside the nests since then: { $number }.
care-unaccounted = ❓ <b>{ $date }</b>: { $number } { $number ->
    [one] egg is
   *[other] eggs are
} not accounted for. Did someone collect?
care-unaccounted-sum = There before: { $before }, appeared: { $appeared }, collected: { $collected }, there: { $there }.
care-not-seen = <b>{ $hen }</b> was in no nest since { $date }, and in the evening I counted { $counted } of { $flock } hens. Worth looking for her.
care-not-seen-some = In the evening I counted { $counted } of { $flock } hens. In no nest since { $date } or longer: { $hens }. Worth looking for them.
care-length = { $hours ->
    [0] { $minutes } min
   *[other] { $hours } h { $minutes } min
}

button-care-seen = 👁 Seen
button-care-no = Not so
button-care-later = ⏰ Later
button-care-sit = 🪺 Let her sit
button-care-took = 🧺 Yes, collected ({ $number })
button-care-ended = She is done

care-answered-seen = ✓ Seen ({ $who })
care-answered-no = ✗ Not so ({ $who }). Quiet about this until { $date }.
care-answered-later = ⏰ Later ({ $who }): I ask again { $date }, { $at }.
care-answered-sit = 🪺 She is let sit ({ $who }), until { $date }. Till then I do not wait for her eggs.
care-answered-took = 🧺 Collected ({ $who }).
care-answered-ended = ✓ Done sitting ({ $who }).
care-noted = Noted.
care-sit-how = Which hen is to be let sit? For example: <code>/sit { $hen }</code>
care-sit-list = 🪺 <b>{ $hen }</b> is let sit until { $date }.
button-care-ended-hen = { $hen } is done

command-sit = let a broody hen sit

next-resting = 🪺 Not awaited now, as they brood or moult: { $hens }.

care-drift = I recognise <b>{ $hen }</b> less well than before: over the last { $number } days I was about { $lately } % sure of her, before that { $before } %. New feathers, another light or a moved camera may be why. If you name some of her new pictures, I learn her anew.
button-care-label = 🏷 Show me her pictures

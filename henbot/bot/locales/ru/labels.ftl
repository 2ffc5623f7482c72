# Вопросы о кадрах тем, кому в курятнике доверяют, и ответы на них.

command-label = рассказать мне, кто на кадрах
label-who = ❓ <b>Кто это?</b>
label-gently = Когда будет минутка:
label-where = { $nest }, { $when }
label-second = Две курицы, первая – { $hen }. <b>А вторая?</b>
label-second-unnamed = Две курицы. <b>Кто вторая?</b>
label-first-of-two = Две курицы. <b>Кто первая</b> – та, что больше в гнезде?
label-posture = <b>{ $hen }</b>: что она делает?
label-posture-unnamed = Что она делает?
label-eggs = Сколько видно яиц?
label-eggs-dummies = Сколько видно яиц вместе с подкладными?
label-name = Как её зовут? Напишите мне имя.
label-name-bad = Такое имя мне не подходит: нужна хотя бы одна буква и не больше { $most } знаков. Как ещё?
label-name-taken = Курица с именем <b>{ $hen }</b> уже есть. Это она? Тогда нажмите её кнопку, иначе напишите другое имя.
label-hen-added = 🐔 Теперь в стае есть <b>{ $hen }</b>.
label-why-uncertain = Тут я не уверен.
label-why-disagreement = Мои версии говорят об этом кадре разное.
label-why-novel = Такого я ещё не видел.
label-why-balance = Таких кадров у меня мало.
label-why-drift = Узнаю её хуже, чем раньше. Может быть, линяет?
label-guess = Моя догадка: { $answer }.
label-dispute = 🤝 <b>Об этом кадре вы говорите разное:</b>
label-dispute-word = { $who }: { $answer }
label-dispute-who = <b>Кто же это?</b> Как ответите, так и будет.
label-other-said = Уже есть ответ ({ $who }): { $answer }. Если видите иначе, скажите.
label-other-answered = ✓ Уже есть ответ ({ $who }): { $answer }.
label-told = ✓ { $answer }. Спасибо!
label-unsure = 🤷 Непонятно. Ничего страшного: на этом кадре я не учусь.
label-disputed = { $who } видит иначе ({ $answer }). Пока кто-то из хозяев не рассудит, я на этом кадре не учусь.
label-settled = ✓ { $answer }. Теперь ясно, спасибо!
label-enough = 👍 Хватит. { $number ->
    [0] Захотите ещё – /label.
    [one] Сегодня вы рассказали мне про { $number } кадр, спасибо!
    [few] Сегодня вы рассказали мне про { $number } кадра, спасибо!
   *[other] Сегодня вы рассказали мне про { $number } кадров, спасибо!
}
label-closed = Этот вопрос снят.
label-nothing = Сейчас спросить нечего. Когда увижу больше, спрошу по /label.
label-in-private = О кадрах я спрашиваю только наедине. Напишите /label мне лично.
label-no-portraits = Портретов пока нет. Они появятся с вашими ответами.
label-portraits = Кто есть кто
label-portraits-missing = Пока без портрета: { $hens }.
label-not-undone = Этот ответ уже снят.
may-not-label = Отвечать на это могут только те, кому в этом курятнике доверяют.
label-answer-nobody = никого
label-answer-two = две курицы
label-answer-second-unknown = незнакомая
label-answer-hen = курица
label-answer-sitting = сидит
label-answer-standing = стоит
label-answer-partial = наполовину видна
label-answer-perched = на насесте
label-answer-eggs = { $number ->
    [0] яиц нет
    [one] { $number } яйцо
    [few] { $number } яйца
   *[other] { $number } яиц
}
button-label-nobody = Никого
button-label-two = Две курицы
button-label-unsure = 🤷 Непонятно
button-label-new = ➕ Новая курица…
button-label-more = Ещё… ▸
button-label-first-page = ‹ К первым
button-label-portraits = 🖼 Кто есть кто
button-label-enough = Хватит
button-label-back = ‹ Назад
button-label-pass = Не разобрать
button-label-sitting = 🪺 Сидит
button-label-standing = 🐓 Стоит
button-label-partial = Наполовину видна
button-label-count = { $number ->
    [one] 🥚 { $number } яйцо
    [few] 🥚 { $number } яйца
   *[other] 🥚 { $number } яиц
}
button-label-undo = ↩️ Отменить
button-label-next = Ещё один

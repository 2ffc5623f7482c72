# Что люди говорят вопреки модели, отмена и журнал. Видят только те, кому здесь доверяют.

button-fix-not = ✏️ не { $hen }
button-fix-known = ✏️ я знаю, кто это
button-fix-no-egg = 🚫 яйца не было
button-fix-egg = 🥚 яйцо было
button-fix-unknown = ❓ неизвестная курица
button-fix-nobody = ▫️ никого, не курица
button-fix-keep = ‹ Отмена
fix-who = ✏️ Кто это?
fix-kept = Осталось как было.
fix-done = ✅ Спасибо, исправлено: { $what }.
fix-said-hen = это { $hen }
fix-said-nobody = курицы не было
fix-said-egg = яйцо было
fix-said-no-egg = яйца не было
fix-said = { $who }: { $what } ({ $at })
egg-denied = ↩️ Яйца всё-таки нет: здесь вышла ошибка.
may-not-correct = Поправляют меня только администраторы этого курятника.
may-not-undo = Отменять нечего: рассказывает мне только семья курятника.
may-not-log = Журнал читают только администраторы этого курятника.

undo-done = ↩️ Отменено: { $what }.
undo-already = Это уже отменено: { $what }.
undo-nothing = Отменять больше нечего.
act-label = ваш ответ о снимке: { $at } ({ $nest })
act-label-none = ваш ответ о снимке
act-correction = { $what } ({ $at })
act-hen-added = новая курица: { $hen }
act-hen-renamed = новое имя: { $hen } (было: { $before })
act-hen-retired = { $hen } здесь больше не живёт
act-hens-merged = { $hen } и { $into } – одна курица

why-said-hen = ✍️ Кто это, сказано человеком: { $who }, { $at }.
why-said-egg = ✍️ Было ли яйцо, сказано человеком: { $who }, { $at }.

settings-corrects-line = Визиты для исправления: { $on ->
    [yes] приходят сюда
   *[no] не приходят
}
button-settings-corrects = ✏️ Визиты для исправления

command-undo = отменить последнее, что вы сделали
command-log = кто что сделал и когда

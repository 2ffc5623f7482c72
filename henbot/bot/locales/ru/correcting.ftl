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
act-label = ответ о снимке: { $at } ({ $nest })
act-label-none = ответ о снимке
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

log-title = 📜 <b>Журнал, новое сверху</b>
log-empty = 📜 За это время ничего не записано.
log-in-private = Это лучше лично: напишите мне /log в личной переписке.
log-by-itself = сам henbot
log-shipped = та, что была с самого начала
button-log-older = Раньше ›
button-log-newest = « Новое
button-log-csv = 📄 CSV
log-act-label = { $what }
log-act-correction = исправление: { $what }
log-act-hen-added = пополнение: { $what }
log-act-hen-renamed = переименование: { $what }
log-act-hen-retired = выбытие: { $what }
log-act-hens-merged = объединение: { $what }
log-act-undone = отмена: { $what }
log-job-train = просьба об обучении { $what }
log-job-import = загрузка версии из файла { $what }
log-job-export = выгрузка версии в файл { $what }
log-job-add-hen = снимки новой курицы { $what }
log-job-compare = просьба сравнить версии { $what }
log-job-explain = просьба объяснить { $what }
log-job-choose = выбор снимков для вопросов { $what }
log-job-stop = работа остановлена { $what }
log-model-switch = переключение на версию { $what }
log-model-pin = закреплена версия { $what }
log-model-unpin = откреплена версия { $what }
log-model-remove = удалена версия { $what }
log-model-shadow = в тени версия { $what }
log-model-unshadow = больше не в тени версия { $what }
log-model-fell-back = отказ от версии { $what }
log-model-shadow-dropped = тень закончена, версия { $what }
log-role-given = роль дана: { $what }
log-role-taken = роль снята: { $what }
log-owner-link-made = создана ссылка для первого хозяина
log-owner-link-closed = закрыта потерянная ссылка для первого хозяина
log-owner-link-refused = попытка открыть устаревшую ссылку хозяина
log-press-refused = ⚠️ нажата чужая кнопка: { $what }
log-press-unknown = ⚠️ нажата кнопка, которой у меня нет: { $what }
log-command-refused = ⚠️ попытка сделать чужое: { $what }

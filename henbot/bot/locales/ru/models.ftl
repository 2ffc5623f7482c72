# Версии модели и работа над ними. Видят только хозяева.

command-models = версии того, чему я научился
command-train = поучиться на ваших ответах
command-rollback = вернуть прежнюю версию
models-title = <b>Чему я научился</b>
models-none = Своей версии у меня пока нет: на кадры смотрит та, с которой меня поставили. /train сделает новую из ваших ответов.
model-line = { $when }, { $time } – { $state }
model-serving = работает
model-desired = вот-вот начнёт работать
model-trained = обучена командой
model-candidate = кандидат
model-imported = из файла
model-hens = Знает: { $hens }.
model-size = { $size } МБ
model-failure = ⚠️ Не работает: { $reason }
model-gone = Этой версии здесь больше нет.
model-switch-sure = Пусть теперь на кадры смотрит эта версия? Прежняя час побудет наготове.
model-switched = ▶️ Теперь работает она.
model-switching = ⏳ Загружаю …
model-not-switched = ⚠️ Она работать не смогла, продолжает прежняя: { $reason }
model-in-use-serving = Она работает или вот-вот начнёт.
model-in-use-pinned = Она закреплена.
model-in-use-last_good = К ней можно вернуться, поэтому она остаётся.
model-removed = Удалена. Всё, что она видела, осталось.
rollback-none = Возвращаться не к чему.
rollback-shipped = ↩️ На картинки снова смотрит то, с чем меня поставили. Ваши версии остались: /models вернёт любую.
button-model-switch = Пусть работает
button-model-sure = Да, переключить
button-model-not = Нет
button-model-pin = 📌 Закрепить
button-model-unpin = Открепить
button-model-export = Прислать файлом
button-model-remove = Удалить
button-model-list = ‹ Все версии
button-model-show = Посмотреть
button-job-stop = Остановить
may-not-train = Учат меня только хозяева этого курятника.
job-train-asked = 🧠 Начну учиться, как только освобожусь.
job-train-running = 🧠 Учусь на ваших ответах.
job-train-done = 🧠 Научился: версия <b>{ $version }</b> – кандидат. Прежняя работает, пока вы не переключите.
job-train-failed = 🧠 Научиться не вышло: { $reason }
job-train-cancelled = 🧠 Учёба остановлена. Ничего не изменилось.
job-import-asked = 📦 Проверю эту версию, как только освобожусь.
job-import-running = 📦 Проверяю эту версию.
job-import-done = 📦 Версия <b>{ $version }</b> в порядке. Она не работает, пока вы не переключите.
job-import-failed = 📦 Эту версию не беру: { $reason }
job-import-cancelled = 📦 Остановлено. Ничего не добавлено.
job-export-asked = 📦 Упакую, как только освобожусь.
job-export-running = 📦 Упаковываю.
job-export-done = 📦 Версия <b>{ $version }</b>
job-export-failed = 📦 Упаковать не вышло: { $reason }
job-export-cancelled = 📦 Упаковка остановлена.
job-progress = { $bar } { $percent } % – { $phase }
job-left = осталось около { $minutes } { $minutes ->
    [one] минуты
   *[other] минут
}
phase-reading = читаю ваши ответы
phase-comparing = сравниваю с той, что работает
phase-learning = учусь
phase-checking = проверяю
phase-packing = упаковываю
phase-done = готово
report-labels = Учился на { $pictures } { $pictures ->
    [one] кадре, который вы подписали
   *[other] кадрах, которые вы подписали
}.
report-nothing-held-out = Подписей мало, для сравнения ничего не отложить. Подпишите ещё один день.
report-held-out = Сравнение на том, чего она не видела ({ $days }):
report-question = • { $what }: верно { $new } %, у той, что работает, { $old } % – { $verdict }
report-question-hens = есть ли курица
report-question-posture = что делает
report-question-hen = какая курица
report-question-eggs = яйца
report-better = точно лучше
report-worse = точно хуже
report-perhaps-better = пожалуй, лучше; может быть и случайностью
report-perhaps-worse = пожалуй, хуже; может быть и случайностью
report-same = разницы нет
report-hen = { $hen }: верно { $right } из { $pictures }, раньше { $before }
report-confusion = { $truth } → { $said }: { $times } { $times ->
    [one] ошибка
    [few] ошибки
   *[other] ошибок
}.
report-learned-by-serving = Та, что работает, сама училась на этих кадрах, и это говорит в её пользу.
posture-sitting = «сидит»
posture-standing = «стоит»
posture-partial = «наполовину видна»
posture-perched = «на насесте»
posture-none = ничего

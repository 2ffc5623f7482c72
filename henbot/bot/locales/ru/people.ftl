# Что люди выбирают для себя и кому что можно.

settings = ⚙️ <b>Настройки</b>
settings-language-line = Язык: { $language }
settings-subscribed = 🔔 Подписка есть: я рассказываю здесь, что происходит.
settings-not-subscribed = 🔕 Подписки нет: здесь я только отвечаю.
settings-kind-line = О чём рассказываю: { $kind }
settings-quiet-line = Без звука: { $hours }
settings-sure-line = Насколько нужно знать курицу: { $sure }
settings-language = Теперь я говорю с вами по-русски.
settings-kind-all = визиты и яйца
settings-kind-eggs = только яйца
settings-kind-first = первое яйцо дня
settings-kind-board = одна сводка на день
settings-kind-digest = только вечерний итог
settings-quiet-coop = как в курятнике ({ $hours })
settings-quiet-never = звук бывает всегда
settings-sure-any = как угодно
settings-sure-from = не меньше { $percent } %

button-settings-language = 🌐 Язык
button-settings-kind = 📣 О чём рассказывать
button-settings-quiet = 🌙 Тихие часы
button-settings-sure = 🎯 Уверенность
button-settings-rings = Яйца со звуком
button-settings-unknown = Только чужие куры
button-settings-digest = Вечерний итог
button-settings-weekly = Итог недели
button-settings-back = ‹ Назад
button-subscribe = 🔔 Подписаться
button-unsubscribe = 🔕 Отписаться

subscribed = 🔔 Готово: теперь я рассказываю здесь, что происходит ({ $kind }). Выбрать: /settings, прекратить: /unsubscribe
subscribed-already = 🔔 Подписка уже есть ({ $kind }). Выбрать: /settings, прекратить: /unsubscribe
unsubscribed = 🔕 Готово: теперь я здесь только отвечаю. Ваш выбор сохранён; вернуть: /subscribe
unsubscribed-already = 🔕 Подписки и не было. Подписаться: /subscribe
may-not-configure = Здесь это выбирают только хозяин курятника и администраторы. В личной переписке со мной вы можете выбрать для себя.

about = 🐔 <b>henbot { $version }</b>
    Я слежу за гнёздами и рассказываю, кто снеслась. Говорю только о том, что было видно.

    Лицензия: MIT, без гарантий.
    { $source }

    <b>Что я храню</b>
    О вас: номер и имя в Telegram, язык, подписку и то, что вы рассказали о яйцах и курах. Вопросы не хранятся. Снимки и записи остаются на машине хозяина; через Telegram проходит только то, что опубликовано. Все сообщения прекращает /unsubscribe; чтобы я о вас забыл, попросите хозяина.
about-source = Исходный код: { $url }
about-source-here = Исходный код пришёл вместе с программой: спросите хозяина.

command-subscribe = узнавать, что происходит
command-unsubscribe = больше не присылать
command-about = версия, лицензия, что я храню

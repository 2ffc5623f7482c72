# Что люди выбирают для себя и кому что можно.

settings = ⚙️ <b>Настройки</b>
settings-language-line = Язык: { $language }
settings-subscribed = 🔔 Подписка есть: я рассказываю здесь, что происходит.
settings-not-subscribed = 🔕 Подписки нет: здесь я только отвечаю.
settings-theme-line = Графики: { $theme }
settings-theme-auto = днём светлые, ночью тёмные
settings-theme-light = светлые
settings-theme-dark = тёмные
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
button-settings-theme = 🎨 Графики
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

people = 👥 <b>Кому что можно</b>
people-how = Чтобы впустить человека, перешлите мне его сообщение, напишите <code>/admins @имя</code>, если он мне уже писал, или <code>/admins 123456789</code> с его номером: номер подскажет /admins ему самому.
people-in-private = Это лучше лично: напишите мне /admins в личной переписке. Или ответьте здесь этой командой на сообщение человека, чтобы впустить его.
people-not-met = Я пока не знаю { $name }. Пусть этот человек один раз мне напишет, тогда я узнаю его по этому имени. Можно и по номеру: я скажу его в ответ на /admins.
people-hidden = Telegram не говорит, чьё это сообщение: человек это скрыл. Пусть он напишет мне /admins, я скажу ему номер, а вы напишете <code>/admins</code> с этим номером.
people-offer = Кем будет { $name }?
people-give-sure = { $name }: { $role }?
    { $may }
people-given = ✅ { $name }: { $role }.
people-take-sure = Забрать роль? { $name }
people-taken = ✅ { $name }: теперь только вопросы.
people-not-taken = { $name }: роли, которую я мог бы забрать, нет; сказанное в coop.yaml остаётся.
people-not-allowed = Вам этого нельзя.
may-not-manage = Впускают людей только хозяин курятника и администраторы. Если вас нужно впустить, скажите им свой номер: <code>{ $number }</code>
role-owner = хозяин
role-admin = администратор
role-family = семья
role-guest = помощник
role-until = до { $date }
role-configured = (coop.yaml)
role-may-admin = Можно рассказывать о яйцах, поправлять меня, получать заметки о курах и впускать семью и помощников.
role-may-family = Можно рассказывать о собранных яйцах, отвечать на мои вопросы и спрашивать меня из любого чата.
role-may-guest = Можно то же, что и семье, до этого срока.
role-given-to-you = 👋 Теперь вам здесь доверяют: { $role }. { $may } Команды: /help
role-taken-from-you = Спрашивать можно как раньше; рассказывать о яйцах теперь будут другие. Спасибо!
gift-admin = Администратор
gift-family = Семья
gift-guest-3 = Помощник на 3 дня
gift-guest-7 = Помощник на неделю
gift-guest-14 = Помощник на две недели
button-people-take = ✖ { $name }
button-people-yes = ✓ Да
button-people-no = ‹ Нет
owner-welcome = 👑 Теперь вы хозяин этого курятника. Семью и помощников впускает /admins, ваши настройки – /settings, остальное – /help
owner-link-over = Эта ссылка уже использована или устарела.
command-admins = кому что можно
too-fast = 🐢 Так быстро я не успеваю отвечать. Дайте мне минуту.
inline-not-for-you = Только для семьи курятника. Спросите меня лично

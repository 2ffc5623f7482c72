start = 🐔 Здравствуйте, { $name }! Я слежу за гнёздами курятника <b>{ $coop }</b> и рассказываю, кто пришла, кто села и кто снеслась.

    Спросите <i>кто снёсся сегодня?</i> или нажмите кнопку. Всё, что я умею: /help
help = <b>Что я умею</b>
    /today – кто снёсся сегодня
    /hen ИМЯ – об одной курице
    /hens – все куры
    /eggs – яйца: снесены, собраны, лежат
    /nest – кто сейчас в гнезде
    /visits – кто заходил в гнездо
    /next – кто скоро снесётся
    /suspects – кто не несётся
    /why – на чём основан вывод
    /stats – яйца в цифрах
    /calendar – яйца по дням, картинкой
    /collected 5 – яйца собраны
    /egg ИМЯ под кустом – яйцо вне гнёзд
    /treated ИМЯ от глистов 7 – 7 дней яйца не едят
    /sit ИМЯ – пусть наседка сидит
    /export – яйца файлами
    /settings – язык
    /help – этот список

    Или просто спросите, по-русски или по-английски:
    <i>кто снёсся вчера?</i>
    <i>{ $hen } снеслась сегодня?</i>
    <i>who laid on Monday?</i>

    «Снеслась» я говорю, только если яйцо было видно. «Вероятно» – если она просидела достаточно долго. А если гнезда не было видно, так и скажу.
help-some-hen = Рыжуха
hint = Не получилось понять вопрос. Может быть, один из этих?
unknown-command = Такой команды нет. Может быть, одно из этого?
settings = ⚙️ <b>Настройки</b>
    Язык: { $language }
settings-language = Теперь я говорю с вами по-русски.
not-your-buttons = Это кнопки другого человека. Напишите мне /start, и будут свои.
outdated-button = Эта кнопка устарела. Спросите ещё раз.
something-failed = Что-то пошло не так на моей стороне. Это записано; попробуйте чуть позже.
no-coop = Курятник ещё не настроен.

button-today = Сегодня
button-yesterday = Вчера
button-help = Помощь

command-start = поздороваться
command-help = что я умею
command-settings = язык
command-today = кто снёсся сегодня
command-hen = об одной курице
command-hens = все куры
command-eggs = яйца: снесены, собраны, лежат
command-nest = кто сейчас в гнезде
command-visits = кто заходил в гнездо
command-next = кто скоро снесётся
command-suspects = кто не несётся
command-why = на чём основан вывод
command-stats = яйца в цифрах
command-calendar = календарь яиц

admin-refused = ⚠️ Не получается писать в чат { $chat }: { $reason }. Сделайте меня там администратором с правом публиковать сообщения. Я пробую снова, ничего не потеряется.

suggestion-today = Кто снёсся сегодня?
suggestion-yesterday = Кто снёсся вчера?
suggestion-help = Помощь
suggestion-did-lay = { $hen } снеслась сегодня?
suggestion-her-last = { $hen }: когда последнее яйцо?
suggestion-her-stats = { $hen }: статистика
suggestion-nest = Кто сейчас в гнезде?
suggestion-visits = Кто заходил в гнездо сегодня?
suggestion-coverage = Сколько ты наблюдал сегодня?
suggestion-week = Сколько яиц за неделю?
suggestion-ledger = Сколько яиц в гнезде?
suggestion-last = Когда было последнее яйцо?
suggestion-next = Кто скоро снесётся?
suggestion-hens = Список кур
suggestion-suspects = Кто не несётся?

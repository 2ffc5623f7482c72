# Куры, которые приходят, меняют имя, уходят и оказываются одной и той же.

command-addhen = новая курица: имя, потом снимки
command-rename = назвать курицу иначе
command-retire = курица здесь больше не живёт
command-merge = два имени, одна курица

may-not-flock = О том, кто здесь живёт, мне говорят только хозяева этого курятника.
flock-in-private = Об этом лучше с глазу на глаз: напишите мне в личку.
flock-who = Здесь живут: { $hens }.
flock-unknown = Курицы с именем { $name } я не знаю.
flock-gone-already = { $hen } здесь уже не живёт.
flock-changed = Тем временем всё изменилось: ничего не сделано.

rename-how = Напишите её имя и новое, например <code>/rename { $hen } Жемчужина</code>. Прошлое останется за ней.
rename-which = Кого из них звать <b>{ $name }</b>?
renamed = Была { $old }, теперь <b>{ $new }</b>. Прошлое осталось за ней. Вернуть как было: /undo
rename-same = Её так и зовут.
name-taken = Так уже зовут другую ({ $hen }): двум курам нужны два имени.
name-wrong = В имени курицы должны быть буквы, и не больше { $most }.

retire-which = Кто здесь больше не живёт?
retire-why = <b>{ $hen }</b> здесь больше не живёт: что с ней? Её прошлое сохранится.
retire-sure = <b>{ $hen }</b> здесь больше не живёт? Её прошлое сохранится.
button-fate-moved = 🏡 Переехала
button-fate-sold = 🤝 Продана
button-fate-died = Умерла
button-flock-no = ‹ Нет, ничего
retired-moved = { $hen } переехала. Её прошлое сохранено, яиц от неё я больше не жду. Если это ошибка: /undo
retired-sold = { $hen }: у неё новый дом. Её прошлое сохранено, яиц от неё я больше не жду. Если это ошибка: /undo
retired-died = { $hen }: её больше нет. Сочувствую. Всё, что о ней известно, сохранено. Если это ошибка: /undo
retire-not = Ничего не изменилось.

merge-how = Напишите оба имени, например <code>/merge { $hen } { $other }</code>: всё, что известно о первой, станет прошлым второй.
merge-which = Кто из них одна и та же курица?
merge-sure = <b>{ $hen }</b> и <b>{ $other }</b> – одна и та же курица? Тогда всё, что было и будет известно о каждой, станет прошлым одной. Какое имя оставить?
button-merge-keep = Одна курица: { $hen }
merged = Готово: { $gone } – это <b>{ $hen }</b>, во всех ответах. Вернуть как было: /undo
merge-same = Это уже одна курица.

addhen-how = Напишите имя, например <code>/addhen Жемчужина</code> или «новая курица Жемчужина», а потом пришлите её снимки.
addhen-open = Новая курица: <b>{ $name }</b>. Теперь пришлите от { $least } до { $most } снимков, лучше днём и одну в кадре; можно альбомом.
    Больше всего говорят снимки из гнезда: выберите из моих или пришлите свои.
addhen-count = <b>{ $name }</b>: пока { $count ->
        [one] { $count } снимок
        [few] { $count } снимка
       *[many] { $count } снимков
    }, а нужно от { $least } до { $most }.
button-addhen-own = 🪺 Из моих снимков
button-addhen-done = ✅ Это всё
button-addhen-cancel = ‹ Отменить
button-addhen-more = Ещё ›
button-addhen-back = ‹ Назад
addhen-too-few = Нужно хотя бы { $least } снимка: по меньшему числу я спутаю её с другими.
addhen-enough = { $most } снимков достаточно.
addhen-same = Этот снимок у меня уже есть.
addhen-no-own = За последние две недели у меня нет снимков кур, которых я не узнал.
addhen-pick = Кто из них <b>{ $name }</b>? Нажмите на номера.
addhen-not-now = Чтобы добавить курицу, мне нужно её имя: напишите /addhen и имя, а потом пришлите снимки.
addhen-still-looking = Я ещё смотрю присланные снимки; потом скажу, нужны ли другие.
addhen-fetch-failed = Этот снимок не дошёл. Пришлите ещё раз?
addhen-checking = <b>{ $name }</b>: посмотрю { $count ->
        [one] { $count } снимок
        [few] { $count } снимка
       *[many] { $count } снимков
    }, как только освобожусь. Отвечу здесь.
addhen-cancelled = Никого не добавил.
addhen-failed = Посмотреть её снимки не вышло: { $reason }. Ничего не пропало: попробуйте ещё раз.
addhen-taken = { $count ->
        [0] Ни один снимок не подошёл.
        [one] Подошёл { $count } снимок.
        [few] Подошли { $count } снимка.
       *[many] Подошло { $count } снимков.
    }
addhen-refused = Не подошли: { $flaws }.
addhen-flaw-unreadable = не открылись – { $count }
addhen-flaw-small = курица слишком мала – { $count }
addhen-flaw-dark = слишком темно – { $count }
addhen-flaw-bright = слишком светло – { $count }
addhen-flaw-blurred = нерезкие – { $count }
addhen-flaw-colourless = без цвета – { $count }
addhen-flaw-no_bird = курицы не видно – { $count }
addhen-send-more = Пришлите ещё, чтобы всего было { $least }, или добавьте её и так.
addhen-send-others = Пришлите другие: её одну, днём, чтобы занимала не меньше трети кадра.
button-addhen-anyway = Добавить и так
addhen-alike = { $count } из { $taken } очень похожи на курицу по имени { $hen }. Может, <b>{ $name }</b> – это она?
button-addhen-new = Нет, { $name } – другая
button-addhen-known = Да, это { $hen }
addhen-known = Тогда никого не добавляю: это { $hen }. Если два имени оказались одной курицей: /merge
addhen-done = 🐔 <b>{ $name }</b> теперь живёт здесь. Вернуть как было: /undo
addhen-known-by = Отныне я немного знаю её по этим снимкам; чем больше ответите, когда спрошу, тем лучше.
addhen-foreign = Снимки не из гнезда говорят меньше: где не уверен, так и скажу.
addhen-known-later = По именам я пока никого не знаю: её имя появится, когда версия обучится (/train).

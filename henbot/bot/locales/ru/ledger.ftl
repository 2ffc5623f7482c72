# Что люди говорят о яйцах и лечении и что уносят с собой.

ledger-there-at = { $nests ->
    [one] При последнем подсчёте ({ $at })
   *[several] При последних подсчётах (самый давний – { $at })
}: { $number }
ledger-dummies = Подкладные яйца, не в счёт: { $number }
ledger-not-eaten = ⚠️ Из них не для еды: { $number } ({ $hens }).
ledger-maybe-not-eaten = ⚠️ Возможно, не для еды: { $number } { $number ->
    [one] яйцо
    [few] яйца
   *[other] яиц
}; неизвестно, чьи они.
eggs-number = { $number } { $number ->
    [one] яйцо
    [few] яйца
   *[other] яиц
}

collected-noted = 🧺 Записано: собрано { $eggs } ({ $when }).
collected-left = Насколько известно, осталось { $eggs }.
collected-more = Это больше, чем было видно: { $known ->
    [0] там не было видно ни одного.
   *[other] там было видно { $eggs }.
}
collected-same = Уже записано: { $eggs }, сказано в { $at } ({ $who }). Если это те же, нажмите кнопку.
collected-somebody = кто-то
collected-nothing = Насколько известно, собирать нечего. Если вы собрали, скажите сколько: <code>/collected 5</code>
collected-how = Сколько яиц собрано? Напишите число, <code>/collected 5</code>, или <code>/collected все</code>.
egg-noted = 🥚 Записано: { $hen }, { $eggs }, { $place } ({ $when }).
egg-noted-unknown = 🥚 Записано: { $eggs }, { $place } ({ $when }). Чьё, неизвестно.
egg-outside = вне гнёзд
egg-how = Где лежало яйцо и чьё оно, если известно? Например: <code>/egg { $hen } под кустом</code>
treated-noted = 💊 Записано: { $hen }, { $what }. Её яйца не едят до { $date } ({ $days } { $days ->
    [one] день
    [few] дня
   *[other] дней
}).
treated-noted-all = 💊 Записано: все куры, { $what }. Яйца не едят до { $date } ({ $days } { $days ->
    [one] день
    [few] дня
   *[other] дней
}).
treated-what = лечение
treated-how = Какая курица (или <i>все</i>), что ей дали и сколько дней не едят её яйца? Срок стоит в инструкции, его знает и ветеринар. Например: <code>/treated { $hen } от глистов 7</code>
treated-none = Сейчас не записано лечения, из-за которого не едят яйца.
undone = ↩️ Отменено: { $what }
undone-collected = собрано { $eggs }
undone-found = { $eggs } вне гнёзд
undone-treated = { $hen }, { $what }
nothing-to-undo = Это уже отменено.
may-not-tell = Это могут сказать мне только свои. Попросите хозяина добавить вас.

button-all-taken = 🧺 Всё собрано ({ $number })
button-undo = ↩️ Отменить
button-undo-treated = ↩️ { $hen }: { $what }

command-collected = сказать, что яйца собраны
command-egg = сказать о яйце вне гнёзд
command-treated = яйца, которые не едят после лечения
command-export = яйца файлами: CSV и календарь

export-caption = { $span }: { $eggs }.
export-none = Об этом времени ничего не известно, записывать нечего.
export-how = Напишите <code>/export</code>, чтобы получить всё, или добавьте курицу, дни, <code>csv</code> или <code>ics</code>.
export-days = Дни и сколько за ними наблюдали: 0 яиц в день без наблюдения ничего не значит.
export-calendar = Дни с яйцами для календаря.
export-event = 🥚 { $number }: { $hens }
export-probably = { $hen } (вероятно)
export-somebody = кто-то
export-watched = Наблюдение шло { $percent } % дня.

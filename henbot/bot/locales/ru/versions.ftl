# Версии, которые смотрят рядом, сравниваются, объясняются, и что с ними случилось само. Видят только хозяева.

model-facts-labels = { $pictures } { $pictures ->
    [one] подпись
    [few] подписи
   *[other] подписей
}
model-facts-right = { $what } { $percent } %
model-superseded = С тех пор попросили другую версию.
model-not-switched-shipped = ⚠️ Она работать не смогла, на кадры смотрит та, с которой меня поставили: { $reason }
model-fell-back = ⚠️ Версия ({ $when }, { $time }) больше не работает: { $reason }. На кадры снова смотрит прежняя.
model-fell-back-shipped = ⚠️ Версия ({ $when }, { $time }) больше не работает: { $reason }. На кадры снова смотрит та, с которой меня поставили.
model-shadow-dropped = ⚠️ Версия ({ $when }, { $time }) больше не смотрит рядом: { $reason }. Той, что работает, это не помешало.
model-serves-already = Она и так работает.
shadow-since = 👥 Смотрит рядом (начала: { $since }):
shadow-was = 👥 Смотрела рядом ({ $since } – { $until }):
shadow-nothing-yet = кадров пока не было.
shadow-counts = { $pictures } { $pictures ->
    [one] кадр
    [few] кадра
   *[other] кадров
}, { $differing ->
    [0] на всех ответила так же
   *[other] из них на { $differing } ответила иначе
}
shadow-begun = Смотрит рядом с этой минуты и ничего не пишет.
shadow-ended = Больше не смотрит рядом.
compare-title = <b>Сравнение с той, что работает</b>
compare-held-out = На том, чего она не видела ({ $days }):
compare-on-fresh = На { $pictures } { $pictures ->
    [one] подписанном кадре, на котором
   *[other] подписанных кадрах, на которых
} ни одна из двух не училась:
compare-nothing = Сравнить их пока не на чем: на каждом подписанном кадре одна из двух училась сама. Подпишите новые – /label – и спросите ещё раз.
compare-split = • { $what }: лучше на { $better } из { $pictures } { $pictures ->
    [one] кадра
   *[other] кадров
}, хуже на { $worse };
compare-no-luck = это не случайность.
compare-luck = может быть, это случайность.
compare-alike = • { $what }: разницы нет, { $pictures } { $pictures ->
    [one] кадр
    [few] кадра
   *[other] кадров
}.
job-compare-asked = ⚖️ Сравню, как только освобожусь.
job-compare-running = ⚖️ Сравниваю с той, что работает.
job-compare-done = ⚖️ Версия <b>{ $version }</b> и та, что работает
job-compare-failed = ⚖️ Сравнить не вышло: { $reason }
job-compare-cancelled = ⚖️ Сравнение остановлено.
job-explain-asked = 🔎 Разберусь, как только освобожусь.
job-explain-running = 🔎 Разбираюсь, на что она смотрит.
job-explain-done = 🔎 На что смотрит версия <b>{ $version }</b>
job-explain-failed = 🔎 Разобраться не вышло: { $reason }
job-explain-cancelled = 🔎 Остановлено.
phase-explaining = смотрю на последних кур
explain-none = Ни одного кадра с курицей пока не сохранилось.
explain-title = Чем ярче место, тем больше оно говорит в пользу ответа версии <b>{ $version }</b>:
explain-line = { $number }. { $nest }, { $moment }: { $who }, { $percent } %
explain-any-hen = курица
explain-told-as = рассказано: { $who }
button-model-shadow = 👥 Пусть смотрит рядом
button-model-unshadow = 👥 Больше не смотреть
button-model-compare = ⚖️ Сравнить
button-model-why = 🔎 Почему?
button-model-back = ↩️ Вернуть прежнюю
rollback-sure-shipped = До неё своей версии не было. Пусть на кадры снова смотрит та, с которой меня поставили?

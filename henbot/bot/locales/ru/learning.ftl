# Учёба из чата: чего не хватает, как идёт, что вышло.
train-too-few = 🧠 Чтобы учиться, мне мало подписей: { $lacking }. Отправьте /label, и я покажу кадры, которые надо назвать.
labels-of-whom = { $who } – { $has } из { $wanted }
labels-empty = пустое гнездо
labels-occupied = курица в гнезде
job-left-unknown = Сколько это займёт, пока не скажу.
job-left-soon = осталось меньше минуты
job-begun-again = ⚠️ На { $percent } % прервалось: { $why }. Начал сначала.
job-given-up = до конца не дошло ни разу из { $times }, в последний раз прервалось на { $percent } %: { $why }. Больше не пробую, ничего не изменилось. /train попробует снова.
job-ending-stopped = henbot остановили
job-ending-lost = henbot внезапно выключился
job-ending-killed = система остановила процесс, скорее всего, не хватило памяти
job-ending-died = процесс оборвался сам
report-labels-of = Из них: { $each }.
report-luck = такой перевес выходит и случайно, в { $percent } случаях из 100
report-luck-rare = случайно такой перевес выходит реже чем в 1 случае из 100
report-stays = в { $better } { $better ->
    [one] посещении
   *[other] посещениях
} она точнее, в { $worse } – хуже; { $luck }
report-gained = ⬆️ Лучше: { $what }
report-lost = ⬇️ Хуже: { $what }
report-mistakes = В чём ошибается на днях, которых не видела:
report-mistake = { $number }. { $truth } → { $said }
named-eggs = { $eggs } { $eggs ->
    [one] яйцо
    [few] яйца
   *[other] яиц
}
posture-hen = курица
curve-title = Больше подписей – больше верного
curve-held-out = Проверено на том, чему не училась: { $days }
curve-point = { $percent } %
    { $labels } { $labels ->
        [one] кадр
        [few] кадра
       *[other] кадров
    }
curve-caption = Кривая обучения: если в конце она ещё растёт, новые подписи помогут.
phase-curve = рисую кривую обучения
report-before-noon = { $day }, до полудня
report-after-noon = { $day }, после полудня
button-train-label = 🏷 Показать кадры

// Words that stand in any text and so lead nowhere: function words of four letters and more, and of Chinese, of two signs.

const WORDS = `
en about above after again against also although among another around because been before being between both came could
 does doing done down during each either even ever every from further gave given gives have having here however into itself
 just known less like made make many might more most much must near never none only onto other others over rather said same says
 several shall should since some such than that their them then there therefore these they this those though through thus
 under until upon very well were what when where whether which while whom whose will with within without would your yours
fr ainsi alors apres après aucun aussi autre autres avait avant avec avoir beaucoup bien cela celle celles celui cent
 ceux chaque chez comme comment contre dans depuis donc dont elle elles encore entre était étaient être fait faire furent
 jusqu leur leurs lors lorsque mais même mêmes moins notamment notre nous parce parmi pendant peut plus plusieurs pour
 pourquoi quand quel quelle quelles quels quelque quelques sans selon sera serait seulement sont sous souvent sur tous tout
 toute toutes trop très vers votre vous
es algunas algunos ante antes aunque cada como contra cual cuales cuando desde donde durante ella ellas ellos entre entonces
 eran esta está están estas este esto estos fueron había habían hacia hasta mientras mismo mucho muchos ningún nosotros otra
 otras otro otros para pero porque pues según sido sino sobre también tanto tiene tienen toda todas todo todos
de aber alle allem allen aller alles andere anderen auch beim bereits bevor dann dass daß dazu dem denn deren dessen dies
 diese diesem diesen dieser dieses durch eine einem einen einer eines etwas gegen gibt haben hatte hatten hier ihre ihrem
 ihren ihrer immer jede jedem jeden jeder jedes jedoch kann können mehr mich muss nach nicht noch oder ohne schon sehr sein
 seine seinem seinen seiner seit sich sind solche sondern sowie über unter viele vielen vom von vor während wegen weil
 weiter welche wenn werden wie wieder wird worden wurde wurden zwar zwischen
pt ainda antes após aquela aquele assim cada como contra depois desde dessa desse desta deste durante elas eles entre eram
 essa esse esta está este foram havia mais mas mesmo muito muitos nada nessa nesse nesta neste onde outra outras outro
 outros para pela pelas pelo pelos porque quando quais qual quem seja sempre sendo sobre também tinha toda todas todo todos
it alla alle allo anche ancora aveva avevano che chi come con contro così cui dalla dalle dallo degli della delle dello
 dopo dove durante erano essere fino fra furono hanno loro mentre molti molto negli nella nelle nello nessun ogni oltre
 perché però più poi prima quale quali quando quella quelle quelli quello questa queste questi questo sempre senza sono
 stata state stati stato sugli sulla sulle tutta tutte tutti tutto
ru была были было быть ведь всего всех даже для если есть ещё еще или именно какие каких как какой когда кого кото
 которая которого которое которой котором которые который которых между меня много может можно него некоторые несколько
 ничего однако около него них она они оно перед под после потом потому почти при про против свой себя сейчас также так
 такие такой тем того тоже только того томy этого этой этом этот эта эти этих что чтобы через чем
tr adına ancak artık aslında ayrıca bazı beri bile birçok biri birkaç böyle bunun bunlar çünkü daha değil diğer diye
 dolayı eden ederek edilen göre hangi hatta henüz hepsi için ilgili ise kadar karşı kendi kimse nasıl neden olan olarak
 oldu olduğu olması olup onun onlar oysa önce sadece sonra şekilde tarafından tüm üzere üzerinde veya yani yine yüzden
id adalah akan antara atau bagi bahwa banyak beberapa belum bisa bukan dalam dapat dari dengan hanya harus hingga ialah
 itu jika juga karena kepada ketika lain lagi lebih maka masih menjadi mereka namun oleh pada para saat saja sangat
 sebagai sebelum secara sedang sehingga sejak selama seperti serta setelah setiap suatu sudah tanpa telah tentang
 terhadap tersebut tetapi tidak untuk yaitu yang
ar الذي التي الذين اللذين اللاتي هؤلاء كانت كانوا يكون تكون أيضا ايضا حيث خلال عندما بينما لكن ولكن هناك ذلك تلك هذا
 هذه بعد قبل حول دون منذ عند غير كما لدى بعض جميع أكثر
fa است بود بودند شده شدند کرد کردند کرده باشد هستند این آنها برای اما اگر نیز همچنین بسیار چون هایی پس
zh 一个 一些 一种 没有 他们 她们 我们 你们 自己 可以 这个 那个 这些 那些 这样 因为 所以 以及 或者 如果 但是 不过 然而 已经 对于
 关于 由于 其中 其他 进行 通过 之后 之前 之间 以来 以后 当时 成为 作为 并且 而且 还有 就是 不是 可能 应该 需要 认为 表示 这种 有关 方面 同时 许多
 一個 沒有 他們 我們 這個 這些 因為 或者 已經 對於 關於 由於 進行 通過 之後 以來 當時 成為 作為 並且 還有 應該 認為 許多
ja する した して いる ある こと ため から まで より など これ それ ここ もの よう として について による において という
th และ ของ ที่ การ เป็น ใน มี ได้ ให้ ว่า จาก กับ โดย เพื่อ แต่ หรือ ซึ่ง ความ ไม่ ถูก จะ นี้ นั้น
`;

const everyday = new Set(WORDS.split(/\s+/));

export const isEveryday = (word) => everyday.has(word);

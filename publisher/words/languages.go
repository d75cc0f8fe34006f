package words

import (
	"github.com/go-playground/locales"
	"github.com/go-playground/locales/ar"
	"github.com/go-playground/locales/de"
	"github.com/go-playground/locales/en"
	"github.com/go-playground/locales/en_GB"
	"github.com/go-playground/locales/es"
	"github.com/go-playground/locales/fr"
	"github.com/go-playground/locales/pl"
	"github.com/go-playground/locales/ru"
	"github.com/go-playground/locales/uk"
)

// languages is never changed.
var languages = map[string]func() *Words{
	"en": english, "en-us": american, "uk": ukrainian, "de": german, "fr": french, "es": spanish, "ru": russian, "pl": polish, "ar": arabic,
}

const (
	zero  = locales.PluralRuleZero
	one   = locales.PluralRuleOne
	two   = locales.PluralRuleTwo
	few   = locales.PluralRuleFew
	many  = locales.PluralRuleMany
	other = locales.PluralRuleOther
)

func english() *Words {
	return &Words{
		Tag: "en", NewsFeed: "News Feed", ShowMore: "Show more", Newer: "Newer", Archive: "Archive", Published: "Published", Updated: "Updated", Corrected: "Corrected",
		Pinned: "Pinned", Copy: "Copy", AlsoCarriedBy: "Also carried by", Related: "Related", ReadMore: "Read more", ReadMoreAt: "Read more at", Source: "Source",
		WhatChanged: "What changed", ShowTheWords: "Show the words", Previous: "Previous", Next: "Next", Nothing: "Nothing here yet.", NoDesk: "No desk is configured yet.",
		Feeds: "Feeds", AllFeeds: "All feeds", AllFeedsOf: "The addresses of all feeds of", FeedAdvice: "Give one of these addresses to your feed reader.",
		AsOPML: "All of them as OPML", Corrections: "Corrections", Sources: "Sources", Moved: "Moved", SkipToContent: "Skip to the news", Loading: "Loading",
		Embed: "Embed", EmbedAdvice: "Put these news on a page of yours: choose a way and copy its code.", CopyCode: "Copy the code", Copied: "Copied",
		Search: "Search", SearchFor: "Search the news", NoResults: "Nothing was found.",
		Fields:  map[string]string{"title": "title", "summary": "summary", "body": "text", "picture": "picture"},
		minutes: forms{one: "%d min read", other: "%d min read"},
		fresh:   forms{one: "%d new", other: "%d new"},
		results: forms{one: "%d result", other: "%d results"},
		locale:  en_GB.New(),
	}
}

// american writes dates and hours as readers in the United States do.
func american() *Words {
	w := english()
	w.Tag, w.locale = "en-US", en.New()
	return w
}

func ukrainian() *Words {
	return &Words{
		Tag: "uk", NewsFeed: "Стрічка новин", ShowMore: "Показати більше", Newer: "Новіші", Archive: "Архів", Published: "Опубліковано", Updated: "Оновлено", Corrected: "Виправлено",
		Pinned: "Закріплено", Copy: "Копія", AlsoCarriedBy: "Також повідомляють", Related: "За темою", ReadMore: "Читайте також", ReadMoreAt: "Читати далі:", Source: "Джерело",
		WhatChanged: "Що змінилося", ShowTheWords: "Показати зміни", Previous: "Попередня", Next: "Наступна", Nothing: "Тут поки нічого немає.", NoDesk: "Жодної редакції ще не налаштовано.",
		Feeds: "Стрічки", AllFeeds: "Усі стрічки", AllFeedsOf: "Адреси всіх стрічок сайту", FeedAdvice: "Додайте одну з цих адрес до програми для читання стрічок.",
		AsOPML: "Усі разом в OPML", Corrections: "Виправлення", Sources: "Джерела", Moved: "Переміщено", SkipToContent: "Перейти до новин", Loading: "Завантаження",
		Embed: "Вбудувати", EmbedAdvice: "Розмістіть ці новини на своїй сторінці: виберіть спосіб і скопіюйте код.", CopyCode: "Скопіювати код", Copied: "Скопійовано",
		Search: "Пошук", SearchFor: "Пошук новин", NoResults: "Нічого не знайдено.",
		Fields:  map[string]string{"title": "заголовок", "summary": "короткий зміст", "body": "текст", "picture": "зображення"},
		minutes: forms{one: "%d хв читання", few: "%d хв читання", many: "%d хв читання", other: "%d хв читання"},
		fresh:   forms{one: "%d нова", few: "%d нові", many: "%d нових", other: "%d нової"},
		results: forms{one: "%d результат", few: "%d результати", many: "%d результатів", other: "%d результату"},
		locale:  uk.New(),
	}
}

func german() *Words {
	return &Words{
		Tag: "de", NewsFeed: "Nachrichten", ShowMore: "Mehr anzeigen", Newer: "Neuere", Archive: "Archiv", Published: "Veröffentlicht", Updated: "Aktualisiert", Corrected: "Berichtigt",
		Pinned: "Angeheftet", Copy: "Kopie", AlsoCarriedBy: "Auch bei", Related: "Zum Thema", ReadMore: "Weitere Meldungen", ReadMoreAt: "Weiterlesen bei", Source: "Quelle",
		WhatChanged: "Was sich geändert hat", ShowTheWords: "Änderungen zeigen", Previous: "Vorherige", Next: "Nächste", Nothing: "Hier ist noch nichts.", NoDesk: "Es ist noch kein Ressort eingerichtet.",
		Feeds: "Feeds", AllFeeds: "Alle Feeds", AllFeedsOf: "Die Adressen aller Feeds von", FeedAdvice: "Geben Sie eine dieser Adressen Ihrem Feedreader.",
		AsOPML: "Alle zusammen als OPML", Corrections: "Berichtigungen", Sources: "Quellen", Moved: "Verschoben", SkipToContent: "Zu den Nachrichten springen", Loading: "Wird geladen",
		Embed: "Einbetten", EmbedAdvice: "Zeigen Sie diese Nachrichten auf Ihrer Seite: Wählen Sie einen Weg und kopieren Sie den Code.", CopyCode: "Code kopieren", Copied: "Kopiert",
		Search: "Suche", SearchFor: "Nachrichten durchsuchen", NoResults: "Nichts gefunden.",
		Fields:  map[string]string{"title": "Titel", "summary": "Zusammenfassung", "body": "Text", "picture": "Bild"},
		minutes: forms{one: "%d Min. Lesezeit", other: "%d Min. Lesezeit"},
		fresh:   forms{one: "%d neue Meldung", other: "%d neue Meldungen"},
		results: forms{one: "%d Treffer", other: "%d Treffer"},
		locale:  de.New(),
	}
}

func french() *Words {
	return &Words{
		Tag: "fr", NewsFeed: "Fil d’actualité", ShowMore: "Afficher plus", Newer: "Plus récents", Archive: "Archives", Published: "Publié", Updated: "Mis à jour", Corrected: "Corrigé",
		Pinned: "Épinglé", Copy: "Copie", AlsoCarriedBy: "Également repris par", Related: "Sur le même sujet", ReadMore: "À lire aussi", ReadMoreAt: "Lire la suite sur", Source: "Source",
		WhatChanged: "Ce qui a changé", ShowTheWords: "Afficher les changements", Previous: "Précédent", Next: "Suivant", Nothing: "Rien pour le moment.", NoDesk: "Aucune rubrique n’est encore configurée.",
		Feeds: "Flux", AllFeeds: "Tous les flux", AllFeedsOf: "Les adresses de tous les flux de", FeedAdvice: "Donnez l’une de ces adresses à votre lecteur de flux.",
		AsOPML: "Tous les flux en OPML", Corrections: "Rectificatifs", Sources: "Sources", Moved: "Déplacé", SkipToContent: "Aller aux actualités", Loading: "Chargement",
		Embed: "Intégrer", EmbedAdvice: "Affichez ces actualités sur votre page : choisissez une méthode et copiez le code.", CopyCode: "Copier le code", Copied: "Copié",
		Search: "Recherche", SearchFor: "Rechercher dans l’actualité", NoResults: "Aucun résultat.",
		Fields:  map[string]string{"title": "titre", "summary": "résumé", "body": "texte", "picture": "image"},
		minutes: forms{one: "%d min de lecture", other: "%d min de lecture"},
		fresh:   forms{one: "%d nouveau", other: "%d nouveaux"},
		results: forms{one: "%d résultat", other: "%d résultats"},
		locale:  fr.New(),
	}
}

func spanish() *Words {
	return &Words{
		Tag: "es", NewsFeed: "Noticias", ShowMore: "Mostrar más", Newer: "Más recientes", Archive: "Archivo", Published: "Publicado", Updated: "Actualizado", Corrected: "Corregido",
		Pinned: "Fijado", Copy: "Copia", AlsoCarriedBy: "También en", Related: "Relacionado", ReadMore: "Más noticias", ReadMoreAt: "Seguir leyendo en", Source: "Fuente",
		WhatChanged: "Qué ha cambiado", ShowTheWords: "Mostrar los cambios", Previous: "Anterior", Next: "Siguiente", Nothing: "Aún no hay nada aquí.", NoDesk: "Aún no hay ninguna sección configurada.",
		Feeds: "Canales", AllFeeds: "Todos los canales", AllFeedsOf: "Las direcciones de todos los canales de", FeedAdvice: "Dé una de estas direcciones a su lector de canales.",
		AsOPML: "Todos en OPML", Corrections: "Correcciones", Sources: "Fuentes", Moved: "Trasladado", SkipToContent: "Ir a las noticias", Loading: "Cargando",
		Embed: "Insertar", EmbedAdvice: "Muestre estas noticias en su página: elija una forma y copie el código.", CopyCode: "Copiar el código", Copied: "Copiado",
		Search: "Buscar", SearchFor: "Buscar en las noticias", NoResults: "No se ha encontrado nada.",
		Fields:  map[string]string{"title": "título", "summary": "resumen", "body": "texto", "picture": "imagen"},
		minutes: forms{one: "%d min de lectura", other: "%d min de lectura"},
		fresh:   forms{one: "%d nueva", other: "%d nuevas"},
		results: forms{one: "%d resultado", other: "%d resultados"},
		locale:  es.New(),
	}
}

func russian() *Words {
	return &Words{
		Tag: "ru", NewsFeed: "Лента новостей", ShowMore: "Показать ещё", Newer: "Более новые", Archive: "Архив", Published: "Опубликовано", Updated: "Обновлено", Corrected: "Исправлено",
		Pinned: "Закреплено", Copy: "Копия", AlsoCarriedBy: "Также сообщают", Related: "По теме", ReadMore: "Читайте также", ReadMoreAt: "Читать далее:", Source: "Источник",
		WhatChanged: "Что изменилось", ShowTheWords: "Показать изменения", Previous: "Предыдущая", Next: "Следующая", Nothing: "Здесь пока ничего нет.", NoDesk: "Ни одна редакция ещё не настроена.",
		Feeds: "Ленты", AllFeeds: "Все ленты", AllFeedsOf: "Адреса всех лент сайта", FeedAdvice: "Добавьте один из этих адресов в программу для чтения лент.",
		AsOPML: "Все вместе в OPML", Corrections: "Исправления", Sources: "Источники", Moved: "Перемещено", SkipToContent: "Перейти к новостям", Loading: "Загрузка",
		Embed: "Встроить", EmbedAdvice: "Разместите эти новости на своей странице: выберите способ и скопируйте код.", CopyCode: "Скопировать код", Copied: "Скопировано",
		Search: "Поиск", SearchFor: "Поиск новостей", NoResults: "Ничего не найдено.",
		Fields:  map[string]string{"title": "заголовок", "summary": "краткое содержание", "body": "текст", "picture": "изображение"},
		minutes: forms{one: "%d мин чтения", few: "%d мин чтения", many: "%d мин чтения", other: "%d мин чтения"},
		fresh:   forms{one: "%d новая", few: "%d новые", many: "%d новых", other: "%d новой"},
		results: forms{one: "%d результат", few: "%d результата", many: "%d результатов", other: "%d результата"},
		locale:  ru.New(),
	}
}

func polish() *Words {
	return &Words{
		Tag: "pl", NewsFeed: "Wiadomości", ShowMore: "Pokaż więcej", Newer: "Nowsze", Archive: "Archiwum", Published: "Opublikowano", Updated: "Zaktualizowano", Corrected: "Sprostowano",
		Pinned: "Przypięte", Copy: "Kopia", AlsoCarriedBy: "Podają także", Related: "Na ten temat", ReadMore: "Czytaj także", ReadMoreAt: "Czytaj dalej:", Source: "Źródło",
		WhatChanged: "Co się zmieniło", ShowTheWords: "Pokaż zmiany", Previous: "Poprzednia", Next: "Następna", Nothing: "Na razie nic tu nie ma.", NoDesk: "Nie skonfigurowano jeszcze żadnego działu.",
		Feeds: "Kanały", AllFeeds: "Wszystkie kanały", AllFeedsOf: "Adresy wszystkich kanałów serwisu", FeedAdvice: "Podaj jeden z tych adresów swojemu czytnikowi kanałów.",
		AsOPML: "Wszystkie razem w OPML", Corrections: "Sprostowania", Sources: "Źródła", Moved: "Przeniesiono", SkipToContent: "Przejdź do wiadomości", Loading: "Wczytywanie",
		Embed: "Osadź", EmbedAdvice: "Umieść te wiadomości na swojej stronie: wybierz sposób i skopiuj kod.", CopyCode: "Kopiuj kod", Copied: "Skopiowano",
		Search: "Szukaj", SearchFor: "Szukaj w wiadomościach", NoResults: "Nic nie znaleziono.",
		Fields:  map[string]string{"title": "tytuł", "summary": "streszczenie", "body": "tekst", "picture": "zdjęcie"},
		minutes: forms{one: "%d min czytania", few: "%d min czytania", many: "%d min czytania", other: "%d min czytania"},
		fresh:   forms{one: "%d nowa", few: "%d nowe", many: "%d nowych", other: "%d nowej"},
		results: forms{one: "%d wynik", few: "%d wyniki", many: "%d wyników", other: "%d wyniku"},
		locale:  pl.New(),
	}
}

func arabic() *Words {
	return &Words{
		Tag: "ar", NewsFeed: "آخر الأخبار", ShowMore: "عرض المزيد", Newer: "الأحدث", Archive: "الأرشيف", Published: "نُشر", Updated: "حُدّث", Corrected: "تصويب",
		Pinned: "مثبّت", Copy: "نسخة", AlsoCarriedBy: "نشره أيضًا", Related: "ذو صلة", ReadMore: "اقرأ أيضًا", ReadMoreAt: "تابع القراءة على", Source: "المصدر",
		WhatChanged: "ما الذي تغيّر", ShowTheWords: "عرض التغييرات", Previous: "السابق", Next: "التالي", Nothing: "لا شيء هنا بعد.", NoDesk: "لم يُضبط أي قسم بعد.",
		Feeds: "الخلاصات", AllFeeds: "كل الخلاصات", AllFeedsOf: "عناوين كل خلاصات", FeedAdvice: "أضف أحد هذه العناوين إلى قارئ الخلاصات.",
		AsOPML: "كلها بصيغة OPML", Corrections: "التصويبات", Sources: "المصادر", Moved: "نُقلت الصفحة", SkipToContent: "انتقل إلى الأخبار", Loading: "جارٍ التحميل",
		Embed: "تضمين", EmbedAdvice: "ضع هذه الأخبار في صفحتك: اختر طريقة وانسخ رمزها.", CopyCode: "انسخ الرمز", Copied: "تم النسخ",
		Search: "بحث", SearchFor: "البحث في الأخبار", NoResults: "لم يُعثر على شيء.",
		Fields:  map[string]string{"title": "العنوان", "summary": "الملخّص", "body": "النص", "picture": "الصورة"},
		minutes: forms{zero: "قراءة في %d دقيقة", one: "قراءة في %d دقيقة", two: "قراءة في %d دقيقة", few: "قراءة في %d دقائق", many: "قراءة في %d دقيقة", other: "قراءة في %d دقيقة"},
		fresh:   forms{zero: "%d خبر جديد", one: "%d خبر جديد", two: "%d خبران جديدان", few: "%d أخبار جديدة", many: "%d خبرًا جديدًا", other: "%d خبر جديد"},
		results: forms{zero: "%d نتيجة", one: "%d نتيجة", two: "%d نتيجتان", few: "%d نتائج", many: "%d نتيجة", other: "%d نتيجة"},
		locale:  ar.New(),
	}
}

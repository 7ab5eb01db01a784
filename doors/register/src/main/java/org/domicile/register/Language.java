package org.domicile.register;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The two languages of the pages, with every word that stands on them. */
enum Language {
    /** English, left to right. */
    EN,
    /** Arabic, right to left. */
    AR;

    /** English and Arabic by what is meant. */
    private static final Map<String, List<String>> WORDS =
            Map.ofEntries(
                    word("title", "Register of purposes", "سجل الأغراض"),
                    word("skip", "Skip to the content", "انتقل إلى المحتوى"),
                    word("other", "العربية", "English"),
                    word(
                            "intro",
                            "Every use of data here has a declared purpose. This page shows what"
                                + " was declared beside what was observed, counted from a public"
                                + " log that nobody can change unseen.",
                            "لكل استخدام للبيانات هنا غرض معلن. تعرض هذه الصفحة ما أعلن إلى جانب ما"
                                    + " رصد، محسوبا من سجل عام لا يمكن لأحد تغييره خفية."),
                    word("purpose", "Purpose", "الغرض"),
                    word("purposes", "Purposes", "الأغراض"),
                    word("kind", "Kind", "النوع"),
                    word("kinds", "Kinds and classes", "الأنواع والفئات"),
                    word("classes-of-data", "Classes of data", "فئات البيانات"),
                    word("state", "State", "الحالة"),
                    word("valid", "valid", "ساري"),
                    word("expired", "expired", "منته"),
                    word("withdrawn", "withdrawn", "مسحوب"),
                    word("never-stated", "never stated", "لم يعلن قط"),
                    word("allowed", "Allowed", "المسموح"),
                    word("refused", "Refused", "المرفوض"),
                    word("drift", "Drift", "الانحراف"),
                    word("none", "none", "لا شيء"),
                    word("declared", "Declared", "المعلن"),
                    word("observed", "Observed", "المرصود"),
                    word("text", "What it is", "ما هو"),
                    word("owner", "Answers for it", "المسؤول عنه"),
                    word("legal-basis", "Legal basis", "الأساس القانوني"),
                    word("contact", "Contact", "للاتصال"),
                    word(
                            "term",
                            "Term of the Data Privacy Vocabulary",
                            "مصطلح مفردات خصوصية البيانات"),
                    word(
                            "data-classes",
                            "Classes of data, beside open ones",
                            "فئات البيانات، إضافة إلى المفتوحة"),
                    word("actions", "Actions", "الأفعال"),
                    word("zones", "Zones", "المناطق"),
                    word("parent", "Part of", "جزء من"),
                    word(
                            "algorithm",
                            "Algorithm (type, use, risk)",
                            "الخوارزمية (النوع والاستخدام والمخاطر)"),
                    word(
                            "sealed",
                            "Uses that people are told of only later",
                            "استخدامات لا يبلغ بها الناس إلا لاحقا"),
                    word("sealed-never", "none: not allowed", "لا شيء: غير مسموح"),
                    word(
                            "sealed-at-most",
                            "allowed where two persons agree; counted here at once; days until"
                                    + " people are told, at most:",
                            "مسموحة بموافقة شخصين، وتحسب هنا فورا؛ أقصى عدد من الأيام قبل إبلاغ"
                                    + " الناس:"),
                    word("created", "Registered", "تاريخ التسجيل"),
                    word("expires", "Ends", "ينتهي"),
                    word("never", "never", "أبدا"),
                    word("day", "Day (UTC)", "اليوم (التوقيت العالمي)"),
                    word("action", "Action", "الفعل"),
                    word("data-zone", "Data in", "البيانات في"),
                    word("client-zone", "Going to", "الوجهة"),
                    word("decision", "Decision", "القرار"),
                    word("uses", "Uses", "الاستخدامات"),
                    word("proof", "Proof", "الإثبات"),
                    word("entry", "entry", "قيد"),
                    word("entries", "entries", "قيود"),
                    word("statements", "Statements in the public log", "البيانات في السجل العام"),
                    word("older", "Earlier days, in sum", "الأيام السابقة إجمالا"),
                    word("days", "Day by day", "يوما بيوم"),
                    word(
                            "sources",
                            "Entries that the day's figures were added up from",
                            "القيود التي جمعت منها أرقام اليوم"),
                    word("no-uses", "No use was counted.", "لم يحسب أي استخدام."),
                    word("read", "Read up to entry", "قرئ حتى القيد"),
                    word("of", "of", "من"),
                    word("newest", "newest minute", "أحدث دقيقة"),
                    word("exports", "Exports", "التصدير"),
                    word("log", "The public log and its keys", "السجل العام ومفاتيحه"),
                    word("declined", "Declined", "مرفوض"),
                    word("reason", "Why", "السبب"),
                    word("hint", "Legal basis, usually", "الأساس القانوني عادة"),
                    word("in", "Lies in", "تندرج تحت"),
                    word("json", "The same as JSON", "الصفحة نفسها بصيغة JSON"),
                    word("not-found", "There is nothing here.", "لا يوجد شيء هنا."),
                    word("used-after-withdrawal", "used though withdrawn", "استخدم رغم سحبه"),
                    word("used-after-expiry", "used though expired", "استخدم رغم انتهائه"),
                    word("action-not-declared", "an action that was not declared", "فعل لم يعلن"),
                    word("zone-not-declared", "a zone that was not declared", "منطقة لم تعلن"),
                    word("refusals-rise", "more refusals than usual", "حالات رفض أكثر من المعتاد"));

    private static Map.Entry<String, List<String>> word(String name, String en, String ar) {
        return Map.entry(name, List.of(en, ar));
    }

    String code() {
        return name().toLowerCase(Locale.ROOT);
    }

    String direction() {
        return this == AR ? "rtl" : "ltr";
    }

    Language other() {
        return this == AR ? EN : AR;
    }

    /** The word for something; a name that is none is a bug. */
    String word(String name) {
        List<String> both = WORDS.get(name);
        if (both == null) {
            throw new IllegalArgumentException("no word for " + name);
        }
        return both.get(ordinal());
    }

    /**
     * What was asked for: {@code lang} of the query first, then the language that {@code
     * Accept-Language} (RFC 9110, 12.5.4) gives the higher weight; English otherwise.
     */
    static Language asked(String rawQuery, List<String> accept) {
        for (String pair : rawQuery.split("&", -1)) {
            if (pair.equals("lang=ar")) {
                return AR;
            }
            if (pair.equals("lang=en")) {
                return EN;
            }
        }
        double arabic = 0;
        double english = 0;
        for (String field : accept) {
            for (String part : field.split(",", 32)) {
                String[] pieces = part.strip().split(";", 2);
                String range = pieces[0].strip().toLowerCase(Locale.ROOT);
                double weight = pieces.length == 1 ? 1 : weight(pieces[1].strip());
                if (range.equals("ar") || range.startsWith("ar-")) {
                    arabic = Math.max(arabic, weight);
                } else if (range.equals("en") || range.startsWith("en-") || range.equals("*")) {
                    english = Math.max(english, weight);
                }
            }
        }
        return arabic > english ? AR : EN;
    }

    private static double weight(String parameter) {
        if (!parameter.matches("q=(0(\\.[0-9]{1,3})?|1(\\.0{1,3})?)")) {
            return 0;
        }
        return Double.parseDouble(parameter.substring(2));
    }
}

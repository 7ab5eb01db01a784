package org.domicile.cedar;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** Texts that are nearly right: words are dropped, doubled, swapped and replaced. */
final class Mutations {
    private static final String[] WORDS = {
        "permit",
        "forbid",
        "when",
        "unless",
        "if",
        "then",
        "else",
        "true",
        "false",
        "in",
        "is",
        "has",
        "like",
        "principal",
        "action",
        "resource",
        "context",
        "__cedar",
        "?principal",
        "?resource",
        "?x",
        "User",
        "Action",
        "a::b",
        "User::\"a\"",
        "Action::\"b\"",
        "\"\"",
        "\"*\\*\"",
        "\"\\u{1f600}\"",
        "\"\\x41\"",
        "\"\\q\"",
        "0",
        "9223372036854775807",
        "9223372036854775808",
        "18446744073709551616",
        "==",
        "!=",
        "<",
        "<=",
        ">",
        ">=",
        "=",
        "&&",
        "||",
        "!",
        "-",
        "+",
        "*",
        "/",
        "%",
        ".",
        ",",
        ";",
        ":",
        "::",
        "(",
        ")",
        "{",
        "}",
        "[",
        "]",
        "@",
        "@id(\"x\")",
        "?",
        "// x\n",
        "ip",
        "decimal",
        "contains",
        "isEmpty",
        "()",
        "entity",
        "type",
        "namespace",
        "appliesTo",
        "tags",
        "enum",
        "Set",
        "Set<",
        "Long",
        "Bool",
        "String",
        "attributes",
        "ipaddr",
        "datetime(\"2024-01-01\")",
        "\u00a0",
        "#"
    };

    private Mutations() {}

    private static String written(Token token) {
        return token.kind() == Token.Kind.STRING ? "\"" + token.text() + "\"" : token.text();
    }

    /** The words of a text that can be read as words. */
    static List<String> words(String text) throws CedarException {
        List<String> words = new ArrayList<>();
        for (Token token : Lexer.tokens(text)) {
            words.add(written(token));
        }
        return words;
    }

    static String mutated(List<String> original, RandomGenerator random) {
        List<String> words = new ArrayList<>(original);
        int changes = 1 + random.nextInt(2);
        for (int i = 0; i < changes && !words.isEmpty(); i++) {
            int at = random.nextInt(words.size());
            switch (random.nextInt(5)) {
                case 0 -> words.remove(at);
                case 1 -> words.add(at, words.get(random.nextInt(words.size())));
                case 2 -> words.add(at, WORDS[random.nextInt(WORDS.length)]);
                case 3 -> words.set(at, WORDS[random.nextInt(WORDS.length)]);
                default -> {
                    int other = random.nextInt(words.size());
                    String word = words.get(at);
                    words.set(at, words.get(other));
                    words.set(other, word);
                }
            }
        }
        return String.join(random.nextInt(16) == 0 ? "" : " ", words);
    }

    /** The same without regard to words: characters are dropped, doubled and replaced. */
    static String scratched(String original, RandomGenerator random) {
        StringBuilder text = new StringBuilder(original);
        int changes = 1 + random.nextInt(4);
        for (int i = 0; i < changes && !text.isEmpty(); i++) {
            int at = random.nextInt(text.length());
            switch (random.nextInt(4)) {
                case 0 -> text.deleteCharAt(at);
                case 1 -> text.insert(at, text.charAt(random.nextInt(text.length())));
                case 2 -> text.setCharAt(at, (char) random.nextInt(0x3000));
                default ->
                        text.setCharAt(
                                at, "\"\\{}[]().:;,'*?@\0\n\ud800".charAt(random.nextInt(18)));
            }
        }
        return text.toString();
    }
}

package org.domicile.iam;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A second opinion: IAM decided directly and simply, from what its user guide says. It shares
 * nothing with the compiler but the words of the documents.
 */
final class Interpreter {
    /** A line of a condition as it is written. */
    record Line(String operator, String key, List<String> values) {}

    /** A statement as it is written; a principal is "*", an organisation or an ARN. */
    record Statement(
            String effect,
            boolean notPrincipal,
            List<String> principals,
            boolean notAction,
            List<String> actions,
            boolean notResource,
            List<String> resources,
            List<Line> conditions) {}

    record Document(String version, List<Statement> statements) {}

    /**
     * A request.
     *
     * @param names everything that means who asks: ARNs, organisation
     * @param context by key in lower case, but for the names of tags
     */
    record Asking(
            Set<String> names, String action, String arn, Map<String, List<String>> context) {}

    private final Asking asking;
    private final boolean variables;

    private Interpreter(Asking asking, boolean variables) {
        this.asking = asking;
        this.variables = variables;
    }

    static Cases.Said said(Document document, Asking asking) {
        Interpreter interpreter = new Interpreter(asking, document.version().equals("2012-10-17"));
        boolean allowed = false;
        for (Statement statement : document.statements()) {
            if (interpreter.applies(statement)) {
                if (statement.effect().equals("Deny")) {
                    return Cases.Said.DENY;
                }
                allowed = true;
            }
        }
        return allowed ? Cases.Said.ALLOW : Cases.Said.NOTHING;
    }

    private boolean applies(Statement statement) {
        boolean principal =
                statement.principals().stream()
                        .anyMatch(name -> name.equals("*") || asking.names().contains(name));
        boolean action =
                statement.actions().stream()
                        .anyMatch(pattern ->
                                matches(
                                        pattern.toLowerCase(Locale.ROOT),
                                        ("s3:" + asking.action()).toLowerCase(Locale.ROOT),
                                        false));
        boolean resource =
                statement.resources().stream()
                        .anyMatch(pattern -> matches(pattern, asking.arn(), variables));
        return principal != statement.notPrincipal()
                && action != statement.notAction()
                && resource != statement.notResource()
                && statement.conditions().stream().allMatch(this::holds);
    }

    private List<String> context(String key) {
        int slash = key.indexOf('/');
        String folded =
                slash < 0
                        ? key.toLowerCase(Locale.ROOT)
                        : key.substring(0, slash).toLowerCase(Locale.ROOT) + key.substring(slash);
        return asking.context().getOrDefault(folded, List.of());
    }

    private boolean holds(Line line) {
        List<String> found = context(line.key());
        if (line.operator().equals("Null")) {
            return line.values().contains(found.isEmpty() ? "true" : "false");
        }
        String operator = line.operator();
        boolean all = operator.startsWith("ForAllValues:");
        boolean any = operator.startsWith("ForAnyValue:");
        operator = operator.substring(operator.indexOf(':') + 1);
        boolean ifExists = operator.endsWith("IfExists");
        operator = operator.replace("IfExists", "");
        boolean not = operator.contains("Not");
        String positive = operator.replace("Not", "");
        if (found.isEmpty()) {
            return ifExists || all || (not && !any);
        }
        boolean every = true;
        boolean some = false;
        for (String value : found) {
            boolean one =
                    line.values().stream().anyMatch(wanted -> compare(positive, wanted, value))
                            != not;
            every &= one;
            some |= one;
        }
        return all ? every : some;
    }

    private boolean compare(String operator, String wanted, String found) {
        if (operator.startsWith("Numeric")) {
            return found.matches("-?\\d{1,18}")
                    && ordered(
                            operator.substring(7),
                            new BigDecimal(found).compareTo(new BigDecimal(wanted)));
        }
        if (operator.startsWith("Date")) {
            Long one = moment(found);
            Long other = moment(wanted);
            return one != null
                    && other != null
                    && ordered(operator.substring(4), one.compareTo(other));
        }
        return switch (operator) {
            case "StringEquals" -> matches(escaped(wanted), found, variables);
            case "StringLike" -> matches(wanted, found, variables);
            case "StringEqualsIgnoreCase" -> {
                String regex = regex(escaped(wanted), variables);
                yield regex != null
                        && Pattern.compile(
                                        regex,
                                        Pattern.DOTALL
                                                | Pattern.CASE_INSENSITIVE
                                                | Pattern.UNICODE_CASE)
                                .matcher(found)
                                .matches();
            }
            case "Bool" -> found.toLowerCase(Locale.ROOT).equals(wanted.toLowerCase(Locale.ROOT));
            case "BinaryEquals" -> sameBytes(wanted, found);
            case "IpAddress" -> inRange(found, wanted);
            case "ArnEquals", "ArnLike" -> {
                String[] parts = wanted.split(":(?![^$]*})", 6);
                String[] values = found.split(":", 6);
                boolean same = parts.length == 6 && values.length == 6;
                for (int i = 0; same && i < 6; i++) {
                    same = matches(parts[i], values[i], variables);
                }
                yield same;
            }
            default -> throw new IllegalStateException(operator);
        };
    }

    /** Wildcards that are none, so that one function can do both. */
    private static String escaped(String text) {
        return text.replace("*", "\u0001").replace("?", "\u0002");
    }

    private boolean matches(String pattern, String text, boolean withVariables) {
        String regex = regex(pattern, withVariables);
        return regex != null && Pattern.compile(regex, Pattern.DOTALL).matcher(text).matches();
    }

    private @Nullable String regex(String pattern, boolean withVariables) {
        StringBuilder regex = new StringBuilder();
        int i = 0;
        while (i < pattern.length()) {
            if (withVariables && pattern.startsWith("${", i)) {
                int end = pattern.indexOf('}', i);
                String name =
                        pattern.substring(i + 2, end).replace('\u0001', '*').replace('\u0002', '?');
                i = end + 1;
                if (name.length() == 1) {
                    regex.append(Pattern.quote(name));
                    continue;
                }
                String[] parts = name.split(", ", 2);
                List<String> found = context(parts[0]);
                if (found.isEmpty() && parts.length == 1) {
                    return null;
                }
                regex.append(
                        Pattern.quote(
                                found.isEmpty()
                                        ? parts[1].substring(1, parts[1].length() - 1)
                                        : found.getFirst()));
                continue;
            }
            int c = pattern.codePointAt(i);
            i += Character.charCount(c);
            switch (c) {
                case '*' -> regex.append(".*");
                case '?' -> regex.append('.');
                case 1 -> regex.append("\\*");
                case 2 -> regex.append("\\?");
                default -> regex.append(Pattern.quote(Character.toString(c)));
            }
        }
        return regex.toString();
    }

    private static boolean ordered(String word, int order) {
        return switch (word) {
            case "Equals" -> order == 0;
            case "LessThan" -> order < 0;
            case "LessThanEquals" -> order <= 0;
            case "GreaterThan" -> order > 0;
            case "GreaterThanEquals" -> order >= 0;
            default -> throw new IllegalStateException(word);
        };
    }

    private static @Nullable Long moment(String text) {
        try {
            if (text.matches("\\d{1,3}|\\d{5,12}")) {
                return Long.parseLong(text) * 1000;
            }
            return text.length() == 10
                    ? LocalDate.parse(text).atStartOfDay().toInstant(ZoneOffset.UTC).toEpochMilli()
                    : OffsetDateTime.parse(text).toInstant().toEpochMilli();
        } catch (DateTimeParseException e) {
            return null;
        }
    }

    private static boolean sameBytes(String one, String other) {
        try {
            return java.util.Arrays.equals(
                    Base64.getDecoder().decode(one), Base64.getDecoder().decode(other));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static boolean inRange(String found, String range) {
        int slash = range.indexOf('/');
        byte[] from = address(slash < 0 ? range : range.substring(0, slash));
        byte[] one = address(found);
        if (from == null || one == null || from.length != one.length) {
            return false;
        }
        int bits = from.length * 8;
        int prefix = slash < 0 ? bits : Integer.parseInt(range.substring(slash + 1));
        return new BigInteger(1, from)
                .shiftRight(bits - prefix)
                .equals(new BigInteger(1, one).shiftRight(bits - prefix));
    }

    /** Of a literal, so that nobody is asked for a name. */
    private static byte @Nullable [] address(String literal) {
        if (!literal.matches("[0-9]+\\.[0-9]+\\.[0-9]+\\.[0-9]+|[0-9a-fA-F]*:[0-9a-fA-F:]*")) {
            return null;
        }
        try {
            return InetAddress.getByName(literal).getAddress();
        } catch (UnknownHostException e) {
            return null;
        }
    }
}

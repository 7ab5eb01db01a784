package org.domicile.sql;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.domicile.postgres.SqlError;
import org.domicile.postgres.TextFormat;

/**
 * What {@code set} sets: the parameters that drivers set and read (PostgreSQL 15's manual, chapter
 * 20), and our own. Those that mean something here are checked; those that change nothing here are
 * kept; others are 42704. Owned by the connection's thread.
 */
final class Settings {
    static final String RECEIPTS = "domicile.receipts";

    /** Parameters whose changes the client is told (section 55.2.7). */
    private static final Set<String> TOLD =
            Set.of(
                    "application_name",
                    "client_encoding",
                    "datestyle",
                    "default_transaction_read_only",
                    "in_hot_standby",
                    "integer_datetimes",
                    "intervalstyle",
                    "is_superuser",
                    "server_encoding",
                    "server_version",
                    "session_authorization",
                    "standard_conforming_strings",
                    "timezone");

    /** As clients know them, where lower case is not it. */
    private static final Map<String, String> WRITTEN =
            Map.of(
                    "datestyle",
                    "DateStyle",
                    "intervalstyle",
                    "IntervalStyle",
                    "timezone",
                    "TimeZone");

    private static final Map<String, String> STANDARD = new LinkedHashMap<>();

    static {
        String[] pairs = {
            "application_name",
            "",
            "bytea_output",
            "hex",
            "client_encoding",
            "UTF8",
            "client_min_messages",
            "notice",
            "datestyle",
            "ISO, MDY",
            "default_tablespace",
            "",
            "default_transaction_deferrable",
            "off",
            "default_transaction_isolation",
            "read committed",
            "default_transaction_read_only",
            "off",
            "default_table_access_method",
            "heap",
            "enable_seqscan",
            "on",
            "escape_string_warning",
            "on",
            "extra_float_digits",
            "1",
            "geqo",
            "on",
            "idle_in_transaction_session_timeout",
            "0",
            "in_hot_standby",
            "off",
            "integer_datetimes",
            "on",
            "intervalstyle",
            "postgres",
            "is_superuser",
            "off",
            "jit",
            "off",
            "lc_collate",
            "C.UTF-8",
            "lc_ctype",
            "C.UTF-8",
            "lc_messages",
            "C.UTF-8",
            "lc_monetary",
            "C.UTF-8",
            "lc_numeric",
            "C.UTF-8",
            "lc_time",
            "C.UTF-8",
            "lock_timeout",
            "0",
            "max_identifier_length",
            "63",
            "max_index_keys",
            "32",
            "quote_all_identifiers",
            "off",
            "row_security",
            "on",
            "search_path",
            "",
            "server_encoding",
            "UTF8",
            "server_version",
            "15.0",
            "server_version_num",
            "150000",
            "session_authorization",
            "",
            "ssl",
            "off",
            "standard_conforming_strings",
            "on",
            "statement_timeout",
            "0",
            "synchronize_seqscans",
            "on",
            "timezone",
            "Etc/UTC",
            "transaction_isolation",
            "read committed",
            "transaction_read_only",
            "off",
            "transaction_deferrable",
            "off",
            "work_mem",
            "4MB",
            "xmloption",
            "content",
            RECEIPTS,
            "off",
        };
        for (int i = 0; i < pairs.length; i += 2) {
            STANDARD.put(pairs[i], pairs[i + 1]);
        }
    }

    private static final Set<String> FIXED =
            Set.of(
                    "in_hot_standby",
                    "integer_datetimes",
                    "is_superuser",
                    "max_identifier_length",
                    "max_index_keys",
                    "server_encoding",
                    "server_version",
                    "server_version_num",
                    "ssl");

    private static final Pattern QUOTED = Pattern.compile("\"((?:[^\"]|\"\")*)\"");
    private static final Pattern TIME = Pattern.compile("(\\d{1,12})\\s*(us|ms|s|min|h|d)?");

    private final Map<String, String> usual = new LinkedHashMap<>(STANDARD);
    private final Map<String, String> values = new LinkedHashMap<>();

    /** What a transaction that fails, or a local setting's end, puts back. */
    private final Map<String, Optional<String>> before = new HashMap<>();

    private final Map<String, Optional<String>> locals = new HashMap<>();
    private final BiConsumer<String, String> told;
    private boolean transaction;
    private TextFormat format = TextFormat.UTC;
    private Duration timeout = Duration.ZERO;

    /**
     * @param told hears of changes that the client is told, with their names as it knows them
     */
    Settings(BiConsumer<String, String> told) {
        this.told = told;
    }

    static SqlError unknown(String name) {
        return new SqlError("42704", "unrecognized configuration parameter \"" + name + "\"");
    }

    static String meaning(String name) {
        return name.equals(RECEIPTS)
                ? "A notice with the use's number after each statement."
                : "As in PostgreSQL, where it means something here.";
    }

    private static String key(String name) {
        return name.toLowerCase(Locale.ROOT);
    }

    /** What is fixed for this session. */
    void fix(String name, String value) {
        usual.put(name, value);
        refresh();
    }

    /** What the client's first message says, which {@code reset} goes back to. */
    void begin(String name, String value) {
        String key = key(name);
        usual.put(key, checked(key, value));
        refresh();
    }

    /** A value; empty for what is unknown. */
    Optional<String> value(String name) {
        String key = key(name);
        String own = values.get(key);
        return Optional.ofNullable(own == null ? usual.get(key) : own);
    }

    String must(String name) {
        return value(name).orElseThrow(() -> unknown(name));
    }

    /** All of them, by their names as clients know them. */
    Map<String, String> all() {
        Map<String, String> all = new LinkedHashMap<>();
        usual.keySet().forEach(key -> all.put(WRITTEN.getOrDefault(key, key), must(key)));
        values.keySet().forEach(key -> all.put(WRITTEN.getOrDefault(key, key), must(key)));
        return all;
    }

    /** Those that every client is told at first. */
    void tellAll() {
        TOLD.stream().sorted().forEach(this::tell);
    }

    private void tell(String key) {
        told.accept(WRITTEN.getOrDefault(key, key), must(key));
    }

    /** Name as the answer to SHOW calls it. */
    static String written(String name) {
        return WRITTEN.getOrDefault(key(name), key(name));
    }

    /** SET. @param value empty for the default */
    void set(String name, Optional<String> value, boolean local) {
        String key = key(name);
        if (!usual.containsKey(key) && !key.contains(".")) {
            throw unknown(name);
        }
        if (FIXED.contains(key)) {
            throw new SqlError("55P02", "parameter \"" + name + "\" cannot be changed");
        }
        Optional<String> fresh = value.map(text -> checked(key, text));
        if (local && !transaction) {
            return; // as in PostgreSQL, which warns
        }
        Optional<String> old = Optional.ofNullable(values.get(key));
        (local ? locals : before).putIfAbsent(key, old);
        put(key, fresh);
    }

    private void put(String key, Optional<String> fresh) {
        String was = value(key).orElse("");
        if (fresh.isPresent()) {
            values.put(key, fresh.get());
        } else {
            values.remove(key);
        }
        refresh();
        if (TOLD.contains(key) && !was.equals(value(key).orElse(""))) {
            tell(key);
        }
    }

    /** RESET ALL. */
    void resetAll() {
        for (String key : java.util.List.copyOf(values.keySet())) {
            set(key, Optional.empty(), false);
        }
    }

    /** A transaction begins. */
    void begun() {
        transaction = true;
        before.clear();
        locals.clear();
    }

    /** It ends. @param kept false when it failed or was rolled back: what it set is put back */
    void ended(boolean kept) {
        transaction = false;
        Map<String, Optional<String>> back = new HashMap<>(locals);
        if (!kept) {
            back.putAll(before);
        }
        before.clear();
        locals.clear();
        back.forEach(this::put);
    }

    private static String checked(String key, String value) {
        switch (key) {
            case "client_encoding" -> {
                String plain = value.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "");
                if (!plain.equals("UTF8")
                        && !plain.equals("UNICODE")
                        && !plain.equals("SQLASCII")) {
                    throw new SqlError(
                            "22023",
                            "invalid value for parameter \"client_encoding\": \"" + value + "\"",
                            0,
                            "Text is UTF8 here.");
                }
                return "UTF8";
            }
            case "datestyle" -> {
                if (!value.toUpperCase(Locale.ROOT).contains("ISO")
                        && !value.toUpperCase(Locale.ROOT).matches("[MDY, ]*|DEFAULT")) {
                    throw new SqlError(
                            "22023",
                            "invalid value for parameter \"DateStyle\": \"" + value + "\"",
                            0,
                            "Dates are written as ISO has it here.");
                }
                return "ISO, MDY";
            }
            case "intervalstyle" -> {
                if (!value.equalsIgnoreCase("postgres")) {
                    throw new SqlError(
                            "22023",
                            "invalid value for parameter \"IntervalStyle\": \"" + value + "\"");
                }
                return "postgres";
            }
            case "standard_conforming_strings",
                    RECEIPTS,
                    "default_transaction_read_only",
                    "transaction_read_only" -> {
                boolean on = truth(key, value);
                if (!on && key.equals("standard_conforming_strings")) {
                    throw new SqlError("22023", "standard_conforming_strings is on here");
                }
                return on ? "on" : "off";
            }
            case "timezone" -> {
                return zone(value).getId();
            }
            case "statement_timeout" -> {
                duration(value);
                return value;
            }
            default -> {
                return value.length() > 64 && key.equals("application_name")
                        ? value.substring(0, 64)
                        : value;
            }
        }
    }

    private static boolean truth(String key, String value) {
        return switch (value.toLowerCase(Locale.ROOT)) {
            case "on", "true", "yes", "1", "t", "y" -> true;
            case "off", "false", "no", "0", "f", "n" -> false;
            default ->
                    throw new SqlError(
                            "22023", "parameter \"" + key + "\" requires a Boolean value");
        };
    }

    private static ZoneId zone(String name) {
        try {
            if (name.matches("[+-]?\\d{1,2}")) {
                return ZoneOffset.ofHours(Integer.parseInt(name));
            }
            return switch (name.toUpperCase(Locale.ROOT)) {
                case "UTC", "GMT", "Z", "ZULU", "ETC/UTC" -> ZoneId.of("Etc/UTC");
                default -> ZoneId.of(name);
            };
        } catch (DateTimeException e) {
            throw new SqlError(
                    "22023", "invalid value for parameter \"TimeZone\": \"" + name + "\"");
        }
    }

    private static Duration duration(String value) {
        Matcher matcher = TIME.matcher(value.strip());
        if (!matcher.matches()) {
            throw new SqlError(
                    "22023",
                    "invalid value for parameter \"statement_timeout\": \"" + value + "\"");
        }
        long number = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "us" -> Duration.ofNanos(number * 1_000);
            case "s" -> Duration.ofSeconds(number);
            case "min" -> Duration.ofMinutes(number);
            case "h" -> Duration.ofHours(number);
            case "d" -> Duration.ofDays(number);
            case null, default -> Duration.ofMillis(number);
        };
    }

    private void refresh() {
        format = new TextFormat(ZoneId.of(must("timezone")));
        timeout = duration(must("statement_timeout"));
    }

    /** How values are written. */
    TextFormat format() {
        return format;
    }

    /** IANA name of the session's zone. */
    String zone() {
        return must("timezone");
    }

    /** How long a statement may take; zero for no limit of the client's. */
    Duration timeout() {
        return timeout;
    }

    /** Whether a notice with the use's number is wanted. */
    boolean receipts() {
        return must(RECEIPTS).equals("on");
    }

    /** First namespace of search_path; empty for none. */
    Optional<String> schema() {
        return value("search_path")
                .map(path -> first(path.strip()))
                .filter(first -> !first.isEmpty() && !first.startsWith("$"));
    }

    private static String first(String path) {
        if (!path.startsWith("\"")) {
            return path.split(",", 2)[0].strip();
        }
        Matcher quoted = QUOTED.matcher(path);
        return quoted.lookingAt() ? quoted.group(1).replace("\"\"", "\"") : "";
    }
}

package org.domicile.register;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The transparency report of one month, from the entries of a public log alone: a function of the
 * log's name and its entries, so two people with the same log make the same bytes. It ends with the
 * last entry before the first one of a later month; while there is none, the month is not over.
 * Owned by one thread.
 */
public final class Report {
    private final String origin;
    private final YearMonth month;
    private final String from;
    private final String until;
    private final Observed observed = new Observed();
    private final TreeRoot tree = new TreeRoot();
    private long first = -1;
    private boolean over;

    /**
     * @param origin the log's, as its checkpoint has it
     */
    public Report(String origin, YearMonth month) {
        this.origin = origin;
        this.month = month;
        this.from = month.atDay(1).toString();
        this.until = month.plusMonths(1).atDay(1).toString();
    }

    /** Takes in the log's next entry, from the first on; false when the month is over. */
    public boolean read(byte[] entry) {
        String minute = EntryJson.minute(entry).orElse("");
        if (over || minute.compareTo(until) >= 0) {
            over = true;
            return false;
        }
        if (first < 0 && minute.compareTo(from) >= 0) {
            first = tree.size();
        }
        tree.add(entry);
        observed.read(entry);
        return true;
    }

    /** Entries that were taken in. */
    public long size() {
        return tree.size();
    }

    /** Root hash of these entries, in Base64. */
    public String root() {
        return tree.root();
    }

    private boolean in(String day) {
        return day.compareTo(from) >= 0 && day.compareTo(until) < 0;
    }

    /** Uses of one purpose in the month. */
    private record Row(
            String purpose,
            Seen seen,
            NavigableMap<Cell, Long> counts,
            List<Long> sources,
            List<Drift> drifts) {
        long sum(String verdict) {
            return counts.entrySet().stream()
                    .filter(each -> each.getKey().verdict().equals(verdict))
                    .mapToLong(Map.Entry::getValue)
                    .sum();
        }

        Optional<Form> form() {
            return seen.newest();
        }

        String state() {
            return seen.withdrawal().isPresent() ? "withdrawn" : "registered";
        }
    }

    private List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        observed.purposes()
                .forEach((purpose, seen) -> {
                    NavigableMap<Cell, Long> counts = new TreeMap<>();
                    List<Long> sources = new ArrayList<>();
                    seen.days()
                            .forEach((day, of) -> {
                                if (in(day)) {
                                    of.counts()
                                            .forEach((cell, count) ->
                                                    counts.merge(cell, count, Long::sum));
                                    sources.addAll(observed.sources(purpose, day));
                                }
                            });
                    List<Drift> drifts =
                            seen.drifts().stream()
                                    .filter(drift -> first >= 0 && drift.last() >= first)
                                    .toList();
                    rows.add(new Row(purpose, seen, counts, sources, drifts));
                });
        return rows;
    }

    private List<Observed.Stated> statements() {
        return observed.stated().stream()
                .filter(stated -> in(stated.minute().substring(0, 10)))
                .toList();
    }

    private NavigableMap<String, Long> strangers() {
        NavigableMap<String, Long> all = new TreeMap<>();
        observed.strangers()
                .forEach((day, counts) -> {
                    if (in(day)) {
                        counts.forEach((what, count) -> all.merge(what, count, Long::sum));
                    }
                });
        return all;
    }

    private long begin() {
        return first < 0 ? tree.size() : first;
    }

    /** For people, in Markdown. */
    public String markdown() {
        StringBuilder out = new StringBuilder();
        line(out, "# Transparency report for %s", month);
        line(out, "");
        line(out, "Log: `%s`", origin);
        line(out, "");
        line(
                out,
                "Entries of the month: %d to %d (exclusive). Root of the first %d entries: `%s`.",
                begin(),
                tree.size(),
                tree.size(),
                tree.root());
        line(out, "");
        line(
                out,
                over
                        ? "The month is over: a later copy of the log gives this report again, byte"
                                + " for byte."
                        : "The month is not over in this copy of the log.");
        List<Row> rows = rows();
        line(out, "");
        line(out, "## Purposes");
        line(out, "");
        line(out, "| purpose | kind | state | expires | allowed | refused | drift |");
        line(out, "|---|---|---|---|--:|--:|--:|");
        for (Row row : rows) {
            line(
                    out,
                    "| %s | %s | %s | %s | %d | %d | %d |",
                    cell(row.purpose()),
                    cell(row.form().map(Form::kind).orElse("")),
                    row.form().isEmpty() ? "never stated" : row.state(),
                    cell(row.form().map(Form::expires).orElse("")),
                    row.sum("allowed"),
                    row.sum("refused"),
                    row.drifts().size());
        }
        rows.forEach(row -> purpose(out, row));
        statements(out);
        line(out, "");
        line(out, "## Refused to strangers");
        line(out, "");
        line(out, "| action and reason | count |");
        line(out, "|---|--:|");
        strangers().forEach((what, count) -> line(out, "| %s | %d |", cell(what), count));
        line(out, "");
        line(out, "## How to check");
        line(out, "");
        line(
                out,
                "Copy the public log's files, check them (`domicile ledger verify`, or any tool for"
                        + " C2SP tlog-tiles), and make this report again with `domicile report"
                        + " --month %s --from DIR`: every byte is the same. A source entry is"
                        + " proved by `/register/proof/INDEX`.",
                month);
        return out.toString();
    }

    private static void purpose(StringBuilder out, Row row) {
        if (row.counts().isEmpty() && row.drifts().isEmpty()) {
            return;
        }
        line(out, "");
        line(out, "### %s", cell(row.purpose()));
        line(out, "");
        line(out, "| action | data in | going to | decision | uses |");
        line(out, "|---|---|---|---|--:|");
        row.counts()
                .forEach((cell, count) ->
                        line(
                                out,
                                "| %s | %s | %s | %s | %d |",
                                cell(cell.action()),
                                cell(cell.dataZone()),
                                cell(cell.clientZone()),
                                cell(cell.verdict()),
                                count));
        if (!row.sources().isEmpty()) {
            line(out, "");
            line(
                    out,
                    "Added up from %d entries, %d to %d.",
                    row.sources().size(),
                    row.sources().getFirst(),
                    row.sources().getLast());
        }
        for (Drift drift : row.drifts()) {
            line(out, "");
            line(
                    out,
                    "**Drift: %s%s**, %d uses, entries %d to %d.",
                    name(drift.what()),
                    drift.value().isEmpty() ? "" : " " + cell(drift.value()),
                    drift.count(),
                    drift.first(),
                    drift.last());
        }
    }

    private void statements(StringBuilder out) {
        line(out, "");
        line(out, "## Changes");
        line(out, "");
        line(out, "| entry | minute | what | facts |");
        line(out, "|--:|---|---|---|");
        for (Observed.Stated each : statements()) {
            StringBuilder facts = new StringBuilder();
            each.facts()
                    .forEach((name, value) ->
                            facts.append(facts.isEmpty() ? "" : "; ")
                                    .append(name)
                                    .append(" ")
                                    .append(value));
            line(
                    out,
                    "| %d | %s | %s | %s |",
                    each.index(),
                    each.minute(),
                    cell(each.kind()),
                    cell(facts.toString()));
        }
    }

    static String name(Drift.What what) {
        return what.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** What stands in a table: one line, and nothing that Markdown or HTML would understand. */
    private static String cell(String text) {
        return text.replaceAll("\\p{Cntrl}", " ")
                .replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace("\\", "\\\\")
                .replace("|", "\\|")
                .replace("`", "\\`")
                .replace("[", "\\[")
                .replace("*", "\\*");
    }

    private static void line(StringBuilder out, String form, Object... values) {
        out.append(values.length == 0 ? form : form.formatted(values)).append('\n');
    }

    /** The same for programs. */
    public String json() {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            json.writeStartObject();
            json.writeStringField("month", month.toString());
            json.writeStringField("origin", origin);
            json.writeNumberField("from", begin());
            json.writeNumberField("to", tree.size());
            json.writeStringField("root", tree.root());
            json.writeBooleanField("over", over);
            json.writeArrayFieldStart("purposes");
            for (Row row : rows()) {
                purpose(json, row);
            }
            json.writeEndArray();
            json.writeArrayFieldStart("changes");
            for (Observed.Stated each : statements()) {
                json.writeStartObject();
                json.writeNumberField("entry", each.index());
                json.writeStringField("minute", each.minute());
                json.writeStringField("kind", each.kind());
                json.writeObjectFieldStart("facts");
                for (Map.Entry<String, String> fact : each.facts().entrySet()) {
                    json.writeStringField(fact.getKey(), fact.getValue());
                }
                json.writeEndObject();
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeObjectFieldStart("strangers");
            for (Map.Entry<String, Long> each : strangers().entrySet()) {
                json.writeNumberField(each.getKey(), each.getValue());
            }
            json.writeEndObject();
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("memory does not fail", e);
        }
        return text.append('\n').toString();
    }

    private static void purpose(JsonGenerator json, Row row) throws IOException {
        json.writeStartObject();
        json.writeStringField("purpose", row.purpose());
        if (row.form().isPresent()) {
            Shapes.form(json, row.form().get());
        }
        json.writeStringField("state", row.form().isEmpty() ? "never-stated" : row.state());
        json.writeNumberField("allowed", row.sum("allowed"));
        json.writeNumberField("refused", row.sum("refused"));
        Shapes.counts(json, "uses", row.counts());
        json.writeArrayFieldStart("entries");
        for (long source : row.sources()) {
            json.writeNumber(source);
        }
        json.writeEndArray();
        Shapes.drifts(json, row.drifts());
        json.writeEndObject();
    }
}

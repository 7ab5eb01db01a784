package org.domicile.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The figures of a run, round after round, and how they are shown. Owned by one thread. */
final class Report {
    private static final List<String> COLUMNS =
            List.of(
                    "what",
                    "server",
                    "rate",
                    "p50 ms",
                    "p99 ms",
                    "max ms",
                    "server µs",
                    "client µs",
                    "failed",
                    "when answered");

    private final String name;
    private final Machine machine;
    private final Map<String, List<Figure>> rounds = new LinkedHashMap<>();
    private final Map<String, Object> facts = new LinkedHashMap<>();
    private final List<String> sentences = new ArrayList<>();

    Report(String name, Machine machine) {
        this.name = name;
        this.machine = machine;
    }

    void add(Figure figure) {
        rounds.computeIfAbsent(figure.what() + '\n' + figure.who(), _ -> new ArrayList<>())
                .add(figure);
    }

    /** Something else that was found, beside the table. */
    void fact(String key, Object value, String sentence) {
        facts.put(key, value);
        if (!sentence.isEmpty()) {
            sentences.add(sentence);
        }
    }

    List<Figure> medians() {
        return rounds.values().stream().map(Figure::median).toList();
    }

    Optional<Figure> median(String what, String who) {
        return medians().stream()
                .filter(each -> each.what().equals(what) && each.who().equals(who))
                .findFirst();
    }

    /** The best rate of another S3 server at what a figure shows; 0 when there is none. */
    double bestOther(Figure ours) {
        return medians().stream()
                .filter(each -> each.what().equals(ours.what()))
                .filter(each -> !each.who().equals(ours.who()))
                .filter(each -> !each.who().equals(BareBench.NAME))
                .mapToDouble(Figure::rate)
                .max()
                .orElse(0);
    }

    /** Requests that failed, in all rounds. */
    long failed() {
        return medians().stream().mapToLong(Figure::failed).sum();
    }

    /** Of one that is measured. */
    long failed(String who) {
        return medians().stream()
                .filter(each -> each.who().equals(who))
                .mapToLong(Figure::failed)
                .sum();
    }

    /** One object of JSON, in one line. */
    String json(String line) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("bench", name);
        json.put("machine", machine.json());
        json.put("figures", medians().stream().map(Figure::json).toList());
        json.putAll(facts);
        json.put("line", line);
        return Json.text(json);
    }

    /** A table in Markdown, then what else was found, then the line with the figures. */
    String text(String line) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(COLUMNS);
        for (Figure each : medians()) {
            rows.add(
                    List.of(
                            each.what(),
                            each.who(),
                            each.rated(),
                            number(each.p50()),
                            number(each.p99()),
                            number(each.max()),
                            each.serverCpu() < 0 ? "–" : number(each.serverCpu()),
                            number(each.clientCpu()),
                            Long.toString(each.failed()),
                            each.durable()));
        }
        StringBuilder text = new StringBuilder();
        text.append(machine.sentence()).append("\n\n");
        if (rows.size() > 1) {
            text.append(table(rows)).append('\n');
        }
        sentences.forEach(sentence -> text.append(sentence).append('\n'));
        return text.append(line).toString();
    }

    static String number(double value) {
        return value < 10
                ? String.format(Locale.ROOT, "%.2f", value)
                : String.format(Locale.ROOT, "%,.0f", value);
    }

    private static String table(List<List<String>> rows) {
        int[] widths = new int[rows.getFirst().size()];
        for (List<String> row : rows) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        StringBuilder text = new StringBuilder();
        for (int r = 0; r < rows.size(); r++) {
            for (int i = 0; i < widths.length; i++) {
                text.append(i == 0 ? "| " : " | ");
                String cell = rows.get(r).get(i);
                text.append(cell).append(" ".repeat(widths[i] - cell.length()));
            }
            text.append(" |\n");
            if (r == 0) {
                for (int width : widths) {
                    text.append('|').append("-".repeat(width + 2));
                }
                text.append("|\n");
            }
        }
        return text.toString();
    }
}

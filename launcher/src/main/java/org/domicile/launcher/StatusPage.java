package org.domicile.launcher;

import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;

/**
 * How a server is, for people: the few figures that say it, in words. {@code --json} has them all.
 *
 * @param told what the admin API answered
 */
record StatusPage(Json.Row told) {
    void print(PrintWriter out, ZoneId zone) {
        out.println(
                "Domicile %s is %s since %s (%s; %s of memory)."
                        .formatted(
                                told.text("version"),
                                told.text("state"),
                                Times.minute(told.text("started"), zone),
                                Times.human(Duration.ofSeconds(figure("uptime"))),
                                Times.size(figure("memory.resident"))));
        out.println();
        told.row("endpoints").fields().forEach((name, url) -> line(out, name, String.valueOf(url)));
        out.println();
        line(out, "disk", disk());
        line(out, "objects", objects());
        line(out, "check", check(zone));
        line(out, "ledger", ledger());
        if (figure("events.told") + figure("events.waiting") > 0) {
            line(out, "events", events());
        }
        line(out, "sql", sql());
        if (figure("streams") > 0) {
            line(out, "streams", streams());
        }
        if (figure("watches") + figure("watches.workers") > 0) {
            line(out, "watches", watches());
        }
        if (figure("tables.compacted") + figure("tables.compaction.waiting") > 0) {
            line(out, "compaction", compaction());
        }
        if (figure("tables.counted") + figure("tables.statistics.waiting") > 0) {
            line(out, "statistics", statistics());
        }
        if (figure("witnesses") > 0) {
            line(out, "witnesses", witnesses());
        }
        line(
                out,
                "keys",
                "%,d living, kept in %s"
                        .formatted(figure("keys.living"), number("keys.places", "place")));
        told.row("endpoints").fields().keySet().stream()
                .filter(name -> !name.equals("kafka"))
                .forEach(name -> traffic(out, name));
        if (figure("streams.running") > 0) {
            line(
                    out,
                    "since start, kafka",
                    "%s and %s of clients"
                            .formatted(
                                    number(
                                            "kafka.publish",
                                            "request that publishes",
                                            "requests that publish"),
                                    number("kafka.poll", "that polls", "that poll")));
        }
        told.texts("warnings")
                .forEach(warning -> {
                    out.println();
                    out.println("! " + Table.visible(warning));
                });
    }

    private String disk() {
        String lasts =
                told.row("figures").fields().containsKey("disk.days")
                        ? ", which last %s at the present rate"
                                .formatted(number("disk.days", "day"))
                        : "";
        return "%s of %s free%s; metadata take %s"
                .formatted(
                        Times.size(figure("disk.usable")),
                        Times.size(figure("disk.total")),
                        lasts,
                        Times.size(figure("keyspace.bytes")));
    }

    private String objects() {
        return "%s live in %s of segments"
                .formatted(Times.size(figure("blobs.live")), Times.size(figure("blobs.bytes")));
    }

    private String check(ZoneId zone) {
        long ended = figure("check.ended");
        String last =
                ended == 0
                        ? "not read through and checked yet"
                        : "last read through and checked "
                                + Times.minute(Instant.ofEpochSecond(ended).toString(), zone);
        String found =
                figure("check.wrong") == 0 ? "" : ", " + number("check.wrong", "thing") + " wrong";
        String now =
                figure("check.running") == 0
                        ? ""
                        : "; now at %s of %s"
                                .formatted(
                                        Times.size(figure("check.done")),
                                        Times.size(figure("check.total")));
        return last + found + now;
    }

    private String ledger() {
        long waiting = figure("ledger.unpublished");
        return "%s in %s%s"
                .formatted(
                        number("ledger.entries", "entry", "entries"),
                        number("ledger.logs", "log"),
                        waiting == 0
                                ? ", all under a signed checkpoint"
                                : ", the newest %,d not yet under a checkpoint".formatted(waiting));
    }

    private String events() {
        return "%s told since the start, %s waiting"
                .formatted(number("events.told", "event"), number("events.waiting", "event"));
    }

    private String streams() {
        return "%s%s"
                .formatted(
                        number("streams", "stream"),
                        figure("streams.running") == 0 ? ", whose log does not run" : "");
    }

    private String watches() {
        List<String> walls =
                told.row("figures").fields().keySet().stream()
                        .filter(name -> name.startsWith("watches.wall."))
                        .map(name -> name.substring("watches.wall.".length()))
                        .toList();
        return "%s in %s%s; walls that stand: %s"
                .formatted(
                        number("watches", "watch", "watches"),
                        number("watches.workers", "worker"),
                        figure("watches.failing") == 0
                                ? ""
                                : ", %,d failing".formatted(figure("watches.failing")),
                        walls.isEmpty() ? "none yet" : String.join(", ", walls));
    }

    private String sql() {
        List<String> walls =
                told.row("figures").fields().keySet().stream()
                        .filter(name -> name.startsWith("sql.wall."))
                        .map(name -> name.substring("sql.wall.".length()))
                        .toList();
        return walls.isEmpty()
                ? "no worker was started yet" + own()
                : "%s, %s staged; walls that stand: %s"
                        .formatted(
                                number("sql.sessions", "session") + own(),
                                Times.size(figure("sql.staged")),
                                String.join(", ", walls));
    }

    private String compaction() {
        return "%s since the start, of %s%s; %s"
                .formatted(
                        number("tables.compacted", "compaction"),
                        number("tables.compacted.files", "file"),
                        last("tables.compacted.last"),
                        number("tables.compaction.waiting", "table waits", "tables wait"));
    }

    private String statistics() {
        return "%s counted since the start, %s%s; %s"
                .formatted(
                        number("tables.counted", "table"),
                        number("tables.counted.columns", "column"),
                        last("tables.counted.last"),
                        number("tables.statistics.waiting", "table waits", "tables wait"));
    }

    private String last(String figure) {
        long last = figure(figure);
        return last <= 0
                ? ""
                : ", the last at "
                        + Columns.minute("at")
                                .apply(
                                        Json.row(
                                                "at",
                                                java.time.Instant.ofEpochSecond(last).toString()));
    }

    /** Of organisations that have limits of their own. */
    private String own() {
        String before = "sql.most.";
        List<String> own =
                told.row("figures").fields().keySet().stream()
                        .filter(name -> name.startsWith(before))
                        .map(name -> name.substring(before.length()))
                        .map(each ->
                                "%s %,d of %,d"
                                        .formatted(
                                                each,
                                                figure("sql.of." + each),
                                                figure(before + each)))
                        .toList();
        return own.isEmpty() ? "" : " (" + String.join(", ", own) + ")";
    }

    private String witnesses() {
        long failing = figure("witnesses.failing");
        return "%s asked%s"
                .formatted(
                        number("witnesses", "witness", "witnesses"),
                        failing == 0 ? ", all cosign" : ", %,d do not answer".formatted(failing));
    }

    private void traffic(PrintWriter out, String listener) {
        boolean sql = listener.equals("sql");
        String name = sql ? "sql." : "http." + listener + ".";
        List<String> parts = new ArrayList<>();
        parts.add(
                sql ? number("sql.statements", "statement") : number(name + "requests", "request"));
        parts.add(number(name + "open", "open connection"));
        parts.add(Times.size(figure(name + "bytes.in")) + " in");
        parts.add(Times.size(figure(name + "bytes.out")) + " out");
        line(out, "since start, " + listener, String.join(", ", parts));
    }

    private static void line(PrintWriter out, String title, String text) {
        out.println("  %-22s %s".formatted(title, Table.visible(text)));
    }

    private String number(String name, String thing) {
        return number(name, thing, thing + "s");
    }

    private String number(String name, String one, String several) {
        long number = figure(name);
        return "%,d %s".formatted(number, number == 1 ? one : several);
    }

    private long figure(String name) {
        return told.row("figures").number(name);
    }
}

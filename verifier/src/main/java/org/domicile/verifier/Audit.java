package org.domicile.verifier;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.LongConsumer;

/**
 * Whether the logs of an installation are complete, from a copy of their files alone. Beyond what a
 * check of each log shows (nothing in it was changed):
 *
 * <ul>
 *   <li>the public log states the sizes and roots of each use log in order, and each is right;
 *   <li>the numbers of each organisation on each node are there without gap, each once; numbers
 *       that closing entries name count as there;
 *   <li>what the public log counted, minute by minute, is what the use logs' entries give;
 *   <li>what is gone from the front of a use log, the public log says was pruned.
 * </ul>
 *
 * <p>A use that was never recorded and never took a number leaves no trace here: only its client's
 * receipt shows it ({@link Receipt}).
 *
 * @param folder with {@code public} and {@code use/}; the public log copied first
 * @param keys of the logs; the public log's serve for all
 */
public record Audit(Path folder, List<VerifierKey> keys) {
    /** The public log counts a minute when it is over; a little later is no lie. */
    private static final Duration COUNTED_WITHIN = Duration.ofMinutes(5);

    private static final int MOST_FINDINGS = 1_000;

    /**
     * How strict.
     *
     * @param underWay a number without an entry may belong to a use that is still under way for so
     *     long; zero when the server was stopped before the copy was made
     * @param since folder of an older copy, whose checkpoints the logs must extend
     * @param policy whose quorum must have cosigned the public log
     */
    public record Options(Duration underWay, Optional<Path> since, TrustPolicy policy) {}

    /** Hears how far it is. */
    public interface Progress {
        /**
         * A log begins.
         *
         * @return hears how many of its entries are done
         */
        LongConsumer log(String name, long size);
    }

    /**
     * Something is wrong.
     *
     * @param log its name @param where the file or entry @param what in words
     */
    public record Finding(String log, String where, String what) {
        /** One plain sentence. */
        public String sentence() {
            return log + ": " + where + ": " + what;
        }
    }

    /**
     * A log that was read.
     *
     * @param from its first entry that is kept @param size its entries
     * @param uses entries that are uses @param closed numbers closed without one
     * @param underWay numbers without an entry yet @param uncounted entries not yet counted
     */
    public record Read(
            String name,
            long from,
            long size,
            long uses,
            long closed,
            long underWay,
            long uncounted) {}

    /**
     * What an audit found.
     *
     * @param findings none when the logs are complete; at most 1,000
     */
    public record Report(List<Read> logs, List<Finding> findings) {}

    /**
     * Reads everything.
     *
     * @throws IOException when the folder cannot be read, or is none
     */
    public Report run(Options options, Progress progress) throws IOException {
        return new Run(options, progress).run();
    }

    private final class Run {
        private final Options options;
        private final Progress progress;
        private final List<Read> logs = new ArrayList<>();
        private final List<Finding> findings = new ArrayList<>();
        private final PublicReading stated = new PublicReading();

        Run(Options options, Progress progress) {
            this.options = options;
            this.progress = progress;
        }

        private void found(String log, String where, String what) {
            if (findings.size() < MOST_FINDINGS) {
                findings.add(new Finding(log, where, what));
            }
        }

        Report run() throws IOException {
            List<String> names = new LedgerFolder(folder).logs();
            if (!names.contains(LedgerFolder.PUBLIC)) {
                throw new IOException("there is no log named public in " + folder);
            }
            for (String name : names) {
                if (name.equals(LedgerFolder.PUBLIC)) {
                    readPublic();
                } else {
                    readUses(name);
                }
            }
            for (String name : stated.statements.logs()) {
                if (!names.contains(name)) {
                    Verdict.Refused missing = stated.statements.missing(name).orElseThrow();
                    found(name, missing.where(), missing.what());
                }
            }
            return new Report(List.copyOf(logs), List.copyOf(findings));
        }

        private void readPublic() throws IOException {
            check(
                            LedgerFolder.PUBLIC,
                            plain(LedgerFolder.PUBLIC)
                                    .reading(stated)
                                    .whole()
                                    .demanding(options.policy()))
                    .ifPresent(sound ->
                            logs.add(new Read(LedgerFolder.PUBLIC, 0, sound.size(), 0, 0, 0, 0)));
        }

        private void readUses(String name) throws IOException {
            Statements statements = stated.statements;
            NavigableMap<Long, byte[]> roots = statements.of(name);
            UseReading reading = new UseReading(name);
            Optional<Verdict.Sound> sound =
                    check(name, plain(name).reading(reading).against(statements, name));
            if (sound.isEmpty()) {
                return;
            }
            if (roots.isEmpty() && sound.get().size() > 0) {
                found(name, "checkpoint", "the public log does not state that there is this log");
            }
            reading.end(sound.get());
        }

        private TiledLog.Options plain(String name) throws IOException {
            Optional<Path> older =
                    options.since()
                            .map(copy -> copy.resolve(name).resolve("checkpoint"))
                            .filter(Files::exists);
            return new TiledLog.Options(older, progress.log(name, size(name)));
        }

        private long size(String name) throws IOException {
            List<String> lines =
                    new String(
                                    Files.readAllBytes(folder.resolve(name).resolve("checkpoint")),
                                    StandardCharsets.ISO_8859_1)
                            .lines()
                            .limit(2)
                            .toList();
            return lines.size() == 2 ? Math.max(0, Checkpoint.number(lines.get(1))) : 0;
        }

        private Optional<Verdict.Sound> check(String name, TiledLog.Options how)
                throws IOException {
            Path log = folder.resolve(name);
            String origin =
                    new String(
                                    Files.readAllBytes(log.resolve("checkpoint")),
                                    StandardCharsets.UTF_8)
                            .lines()
                            .findFirst()
                            .orElse("");
            if (!LedgerFolder.belongs(origin, name)) {
                found(name, "checkpoint", "is another log's: " + Note.cut(origin));
                return Optional.empty();
            }
            return switch (new TiledLog(log).verify(LedgerFolder.keys(keys, origin), how)) {
                case Verdict.Sound sound -> Optional.of(sound);
                case Verdict.Refused refused -> {
                    found(name, refused.where(), refused.what());
                    yield Optional.empty();
                }
            };
        }

        /** The public log: what it states, what it counted, and its newest minute. */
        private final class PublicReading implements EntryReader {
            final Statements statements = new Statements();
            final Map<String, Tally> tallies = new TreeMap<>();
            Instant newest = Instant.MIN;

            @Override
            public void begin(long first) {
                statements.begin(first);
                tallies.clear();
            }

            @Override
            public void entry(long index, byte[] entry) throws Refused {
                Map<?, ?> members =
                        EntryJson.object(entry)
                                .orElseThrow(() ->
                                        new Refused(
                                                "entry " + index,
                                                "is not an entry of a public log"));
                statements.read(index, members);
                minute(members).filter(newest::isBefore).ifPresent(later -> newest = later);
                if ("counts".equals(members.get("kind"))
                        && members.get("logs") instanceof List<?> all) {
                    for (Object each : all) {
                        if (!(each instanceof Map<?, ?> log
                                && log.get("log") instanceof String name)) {
                            throw new Refused("entry " + index, "counts of no log");
                        }
                        tallies.computeIfAbsent(name, _ -> new Tally()).counted(index, log);
                    }
                }
            }
        }

        /** One use log. */
        private final class UseReading implements EntryReader {
            private final String name;
            private final NumberRuns numbers = new NumberRuns();
            private final Tally tally;
            private long uses;
            private long closed;
            private Instant newest = stated.newest;
            private long uncounted = -1;
            private long prunedTo;
            private Instant uncountedSince = Instant.MAX;

            // entries of one minute stand together: it is parsed once
            private String lastSaid = "";
            private Optional<Instant> last = Optional.empty();

            UseReading(String name) {
                this.name = name;
                this.tally = stated.tallies.getOrDefault(name, new Tally());
            }

            @Override
            public void begin(long first) {
                tally.begin(first);
                Statements.Pruned pruned = stated.statements.pruned(name);
                // what is stated to be gone may still lie there for a moment
                prunedTo = pruned.to();
                pruned.numbers().forEach(run -> numbers.add(run.from(), run.to(), ""));
            }

            @Override
            public void entry(long index, byte[] entry) throws Refused {
                Map<?, ?> members =
                        EntryJson.object(entry)
                                .orElseThrow(() ->
                                        new Refused(
                                                "entry " + index, "is not an entry of a use log"));
                String owner = members.get("organisation") + "/" + members.get("node");
                if (!name.equals("use/" + owner)) {
                    found(name, "entry " + index, "is another log's, use/" + owner);
                }
                String said = members.get("minute") instanceof String text ? text : "";
                if (!said.equals(lastSaid)) {
                    lastSaid = said;
                    last = minute(members);
                }
                Optional<Instant> minute = last;
                minute.filter(newest::isBefore).ifPresent(later -> newest = later);
                if ("use".equals(members.get("kind"))) {
                    uses++;
                    tally.use(index, members);
                    if (index >= tally.end() && minute.isPresent()) {
                        uncounted = uncounted < 0 ? index : uncounted;
                        uncountedSince =
                                uncountedSince.isBefore(minute.get())
                                        ? uncountedSince
                                        : minute.get();
                    }
                }
                if (members.get("number") instanceof Long number) {
                    take(index, number, number, said);
                } else if (members.get("numbers") instanceof List<?> runs) {
                    for (Statements.Run run : Statements.runs(index, runs)) {
                        take(index, run.from(), run.to(), said);
                        closed += run.to() - run.from() + 1;
                    }
                }
                tally.ended(index).ifPresent(wrong -> found(name, "entry " + index, wrong));
            }

            private void take(long index, long from, long to, String minute) {
                if (index >= prunedTo && !numbers.add(from, to, minute)) {
                    found(
                            name,
                            "entry " + index,
                            (from == to
                                            ? "has the number %,d, which an earlier entry has"
                                            : "has the numbers from %,d to %,d, of which an earlier"
                                                    + " entry has one")
                                    .formatted(from, to));
                }
            }

            void end(Verdict.Sound sound) {
                long open = 0;
                for (NumberRuns.Gap gap : numbers.gaps()) {
                    Instant taken = minute(Map.of("minute", gap.minute())).orElse(Instant.MIN);
                    if (taken.plus(options.underWay()).isBefore(newest)
                            || options.underWay().isZero()) {
                        found(
                                name,
                                gap.from() == gap.to()
                                        ? "number " + gap.from()
                                        : "numbers " + gap.from() + " to " + gap.to(),
                                "no entry has %s, and the number after was taken at %s: a use is missing"
                                        .formatted(
                                                gap.from() == gap.to() ? "it" : "them",
                                                gap.minute()));
                    } else {
                        open += gap.to() - gap.from() + 1;
                    }
                }
                if (uncounted >= 0 && uncountedSince.plus(COUNTED_WITHIN).isBefore(newest)) {
                    found(
                            name,
                            "entry " + uncounted,
                            "the public log never counted the uses from here on, of %s and later"
                                    .formatted(uncountedSince));
                }
                if (tally.end() > sound.size()) {
                    found(
                            name,
                            "checkpoint",
                            "the public log counted entries up to %,d, and there are %,d"
                                    .formatted(tally.end(), sound.size()));
                }
                logs.add(
                        new Read(
                                name,
                                sound.from(),
                                sound.size(),
                                uses,
                                closed,
                                open,
                                Math.max(0, sound.size() - tally.end())));
            }
        }
    }

    private static Optional<Instant> minute(Map<?, ?> members) {
        try {
            return members.get("minute") instanceof String text && text.endsWith("Z")
                    ? Optional.of(Instant.parse(text.substring(0, text.length() - 1) + ":00Z"))
                    : Optional.empty();
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }
}

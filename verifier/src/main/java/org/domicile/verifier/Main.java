package org.domicile.verifier;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The verifier as a program: {@code verify}, {@code check}, {@code audit}, {@code receipt}. */
public final class Main {
    private static final int SOUND = 0;
    private static final int REFUSED = 1;
    private static final int USAGE = 2;
    private static final int MOST_BYTES = 4 << 20;

    private static final String HELP =
            """
            Checks a Domicile ledger, or any C2SP tlog-tiles log, from its files alone.

              verify FOLDER --all --key KEY...
                  FOLDER holds all logs of an installation (public, use/...): recomputes each, and
                  compares each use log with what the public log states of it; the public log's
                  keys serve for all
              verify FOLDER --key KEY... [--since CHECKPOINT] [--policy POLICY]
                  recomputes the whole log in FOLDER; with --since also that it extends what an
                  older checkpoint signed
              check PROOF --key KEY... [--entry FILE] [--policy POLICY]
                  checks one .tlog-proof; the entry is in the proof or in FILE. Or a disclosure,
                  or the confirmation of an erasure: then also that each opened field is what the
                  entry commits to
              audit FOLDER --key KEY... [--since OLDER] [--under-way MINUTES] [--policy POLICY]
                  checks all logs of FOLDER and that nothing is missing between them: numbers, counts
                  and checkpoints; OLDER is a folder with an older copy; a number without an entry is
                  a missing use once it is older than MINUTES (60; 0: the server was stopped)
              receipt FILE --key KEY... --log FOLDER
                  holds a client's receipt against the use log in FOLDER: exit code 1 proves that the
                  use was hidden
              page
                  prints the same checks as a web page, one file that works without a network

            KEY is a verifier key (name+id+base64) or a file with one on each line. Every key of the
            log's name must have signed; the public log's keys serve for all logs of its
            installation. POLICY is a C2SP tlog-policy: its quorum of witnesses must have cosigned
            (with --all: the public log), and its logs' keys serve where no --key is given. With
            --json the result is one object. Exit code 0: it holds; 1: it does not; 2: wrong usage.

            Example: verify data/ledger --all --key keys.txt
            """;

    private final PrintStream out;
    private final PrintStream err;

    Main(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    /** Runs and exits. */
    public static void main(String[] arguments) {
        System.exit(new Main(System.out, System.err).run(List.of(arguments)));
    }

    int run(List<String> arguments) {
        if (arguments.contains("--help") || arguments.isEmpty()) {
            out.print(HELP);
            return arguments.isEmpty() ? USAGE : SOUND;
        }
        if (arguments.equals(List.of("page"))) {
            out.writeBytes(VerifierPage.html());
            out.flush();
            return SOUND;
        }
        try {
            Asked asked = Asked.parse(arguments);
            return switch (asked.command()) {
                case "verify" -> asked.all() ? verifyAll(asked) : verify(asked);
                case "check" -> check(asked);
                case "audit" -> audit(asked);
                case "receipt" -> receipt(asked);
                default ->
                        throw new IllegalArgumentException(
                                "there is no command " + asked.command());
            };
        } catch (IllegalArgumentException | IOException e) {
            err.println(
                    e instanceof IOException ? "cannot read " + e.getMessage() : e.getMessage());
            err.println("See --help.");
            return USAGE;
        }
    }

    private int verify(Asked asked) {
        return verify(
                asked,
                asked.target(),
                asked.keys(),
                options(asked.since()).demanding(asked.policy()),
                "");
    }

    private int verifyAll(Asked asked) throws IOException {
        List<String> logs = new LedgerFolder(asked.target()).logs();
        if (!logs.contains(LedgerFolder.PUBLIC)) {
            throw new IllegalArgumentException(
                    "there is no log named public in %s; without --all FOLDER is one log"
                            .formatted(asked.target()));
        }
        Statements statements = new Statements();
        int worst = SOUND;
        for (String log : logs) {
            worst = Math.max(worst, verifyOne(asked, log, statements));
        }
        for (String log : statements.logs()) {
            if (!logs.contains(log)) {
                worst = refused(log + ": ", statements.missing(log).orElseThrow());
            }
        }
        return worst;
    }

    private int verifyOne(Asked asked, String log, Statements statements) throws IOException {
        Path folder = asked.target().resolve(log);
        String origin =
                Files.readString(folder.resolve("checkpoint")).lines().findFirst().orElse("");
        if (!LedgerFolder.belongs(origin, log)) {
            return refused(
                    log + ": ",
                    new Verdict.Refused("checkpoint", "is another log's: " + Note.cut(origin)));
        }
        TiledLog.Options plain = options(Optional.empty());
        return verify(
                asked,
                folder,
                LedgerFolder.keys(asked.keys(), origin),
                log.equals(LedgerFolder.PUBLIC)
                        ? plain.reading(statements).whole().demanding(asked.policy())
                        : plain.against(statements, log),
                log + ": ");
    }

    private TiledLog.Options options(Optional<Path> since) {
        boolean watched = System.console() != null;
        return new TiledLog.Options(
                since,
                done -> {
                    if (watched) {
                        err.printf("\r%,d entries", done);
                    }
                });
    }

    private int verify(
            Asked asked,
            Path folder,
            List<VerifierKey> keys,
            TiledLog.Options options,
            String name) {
        Verdict verdict = new TiledLog(folder).verify(keys, options);
        if (System.console() != null) {
            err.print("\r\033[K");
        }
        return switch (verdict) {
            case Verdict.Sound sound when asked.json() -> {
                out.println(ResultJson.sound(sound));
                yield SOUND;
            }
            case Verdict.Refused refused when asked.json() -> disproven(asked, refused);
            case Verdict.Sound sound -> {
                out.printf(
                        "%s: %,d entries hold together%s, root %s, signed by %s%s%n",
                        sound.origin(),
                        sound.size(),
                        sound.from() == 0 ? "" : ", kept from entry %,d on".formatted(sound.from()),
                        sound.root(),
                        String.join(" and ", sound.signers()),
                        sound.signed().map(at -> ", " + at).orElse(""));
                yield SOUND;
            }
            case Verdict.Refused refused -> refused(name, refused);
        };
    }

    private int check(Asked asked) throws IOException {
        byte[] proof = read(asked.target());
        if (DisclosureFile.is(proof)) {
            return checkDisclosure(asked, proof);
        }
        List<VerifierKey> keys = keysFor(asked.keys(), proof);
        ProofFile.Checked checked =
                asked.entry().isPresent()
                        ? ProofFile.check(
                                proof,
                                Files.readAllBytes(asked.entry().get()),
                                keys,
                                asked.policy())
                        : ProofFile.check(proof, keys, asked.policy());
        return switch (checked) {
            case ProofFile.Checked.Proven proven -> {
                proven(asked, proven, List.of());
                yield SOUND;
            }
            case ProofFile.Checked.Disproven disproven -> disproven(asked, disproven.refused());
        };
    }

    private int checkDisclosure(Asked asked, byte[] file) {
        byte[] proof = DisclosureFile.proofIn(file);
        return switch (DisclosureFile.check(file, keysFor(asked.keys(), proof), asked.policy())) {
            case DisclosureFile.Checked.Opened opened -> {
                proven(asked, opened.proven(), opened.openings());
                yield SOUND;
            }
            case DisclosureFile.Checked.Disproven disproven ->
                    disproven(asked, disproven.refused());
        };
    }

    /** Larger than any proof is no proof: it is not read into memory. */
    private static byte[] read(Path file) throws IOException {
        if (Files.size(file) > MOST_BYTES) {
            throw new IllegalArgumentException(file + " is longer than a proof can be");
        }
        return Files.readAllBytes(file);
    }

    /** Those of the log that the proof says to be of; what it says is checked with them. */
    private static List<VerifierKey> keysFor(List<VerifierKey> given, byte[] proof) {
        String text = new String(proof, StandardCharsets.UTF_8);
        int blank = text.indexOf("\n\n");
        String origin = blank < 0 ? "" : text.substring(blank + 2).lines().findFirst().orElse("");
        List<VerifierKey> keys = LedgerFolder.keys(given, origin);
        return keys.isEmpty() ? given : keys;
    }

    private void proven(
            Asked asked, ProofFile.Checked.Proven proven, List<DisclosureFile.Opening> openings) {
        String entry = new String(proven.entry(), StandardCharsets.UTF_8);
        if (asked.json()) {
            out.println(ResultJson.proven(proven, entry, openings));
            return;
        }
        out.printf(
                "%s: entry %,d of %,d is proven, signed by %s%s%n",
                proven.checkpoint().origin(),
                proven.index(),
                proven.checkpoint().size(),
                String.join(" and ", proven.checkpoint().signers()),
                proven.checkpoint().signed().map(at -> ", " + at).orElse(""));
        openings.forEach(
                opening -> out.printf("%s: %s%n", opening.field(), visible(opening.value())));
        out.println(visible(entry));
    }

    /** What a stranger wrote does not steer the reader's terminal. */
    private static String visible(String text) {
        return text.replaceAll("\\p{Cntrl}", "\uFFFD");
    }

    private int disproven(Asked asked, Verdict.Refused refused) {
        if (asked.json()) {
            out.println(ResultJson.refused(refused));
        }
        return refused("", refused);
    }

    private int audit(Asked asked) throws IOException {
        Audit.Report report =
                new Audit(asked.target(), asked.keys())
                        .run(
                                new Audit.Options(asked.underWay(), asked.since(), asked.policy()),
                                (name, size) -> options(Optional.empty()).progress());
        for (Audit.Read log : report.logs()) {
            out.printf(
                    "%s: %,d entries%s, %,d uses, %,d numbers closed, %,d under way%n",
                    log.name(),
                    log.size(),
                    log.from() == 0 ? "" : " from %,d on".formatted(log.from()),
                    log.uses(),
                    log.closed(),
                    log.underWay());
        }
        report.findings().forEach(each -> err.println("REFUSED: " + each.sentence()));
        return report.findings().isEmpty() ? SOUND : REFUSED;
    }

    private int receipt(Asked asked) throws IOException {
        Path log =
                asked.log()
                        .orElseThrow(
                                () -> new IllegalArgumentException("a receipt needs --log FOLDER"));
        try {
            Receipt receipt = Receipt.parse(Files.readAllBytes(asked.target()));
            receipt.verify(asked.keys());
            return switch (receipt.against(
                    new TiledLog(log), asked.keys(), options(Optional.empty()))) {
                case Receipt.Held.Kept kept -> {
                    out.printf("kept: number %,d is entry %,d%n", receipt.number(), kept.index());
                    yield SOUND;
                }
                case Receipt.Held.TooEarly early -> {
                    out.printf(
                            "too early: the log ends at %s, the receipt is of %s%n",
                            early.newest(), receipt.minute());
                    yield SOUND;
                }
                case Receipt.Held.Pruned pruned -> {
                    out.printf(
                            "pruned: the log is kept from entry %,d on, which is later%n",
                            pruned.from());
                    yield SOUND;
                }
                case Receipt.Held.Hidden hidden ->
                        refused("", new Verdict.Refused("hidden", hidden.why()));
            };
        } catch (Refused e) {
            return refused("", e.verdict());
        }
    }

    private int refused(String name, Verdict.Refused refused) {
        err.println("REFUSED: " + name + visible(refused.sentence()));
        return REFUSED;
    }

    private record Asked(
            String command,
            Path target,
            List<VerifierKey> keys,
            Optional<Path> since,
            Optional<Path> entry,
            boolean all,
            boolean json,
            TrustPolicy policy,
            Optional<Path> log,
            Duration underWay) {
        static Asked parse(List<String> arguments) throws IOException {
            List<String> plain = new ArrayList<>();
            List<VerifierKey> keys = new ArrayList<>();
            Optional<Path> since = Optional.empty();
            Optional<Path> entry = Optional.empty();
            boolean all = false;
            boolean json = false;
            TrustPolicy policy = TrustPolicy.none();
            Optional<Path> log = Optional.empty();
            Duration underWay = Duration.ofHours(1);
            for (int at = 0; at < arguments.size(); at++) {
                String argument = arguments.get(at);
                if (!argument.startsWith("--")) {
                    plain.add(argument);
                    continue;
                }
                if (argument.equals("--all") || argument.equals("--json")) {
                    all |= argument.equals("--all");
                    json |= argument.equals("--json");
                    continue;
                }
                if (at + 1 == arguments.size()) {
                    throw new IllegalArgumentException(argument + " needs a value");
                }
                String value = arguments.get(++at);
                switch (argument) {
                    case "--key" -> keys.addAll(keys(value));
                    case "--since" -> since = Optional.of(Path.of(value));
                    case "--entry" -> entry = Optional.of(Path.of(value));
                    case "--log" -> log = Optional.of(Path.of(value));
                    case "--under-way" -> underWay = Duration.ofMinutes(minutes(value));
                    case "--policy" ->
                            policy = TrustPolicy.parse(Files.readAllBytes(Path.of(value)));
                    default -> throw new IllegalArgumentException("there is no option " + argument);
                }
            }
            if (plain.size() != 2) {
                throw new IllegalArgumentException("a command and one path are needed");
            }
            if (keys.isEmpty()) {
                keys.addAll(policy.logs());
            }
            if (keys.isEmpty()) {
                throw new IllegalArgumentException("at least one --key is needed");
            }
            return new Asked(
                    plain.get(0),
                    Path.of(plain.get(1)),
                    keys,
                    since,
                    entry,
                    all,
                    json,
                    policy,
                    log,
                    underWay);
        }

        private static long minutes(String value) {
            long minutes = Checkpoint.number(value);
            if (minutes < 0 || minutes > 1_000_000) {
                throw new IllegalArgumentException("--under-way takes minutes, not " + value);
            }
            return minutes;
        }

        private static List<VerifierKey> keys(String value) throws IOException {
            if (!Files.isRegularFile(Path.of(value))) {
                return List.of(VerifierKey.parse(value));
            }
            return Files.readString(Path.of(value))
                    .lines()
                    .filter(line -> !line.isBlank())
                    .map(VerifierKey::parse)
                    .toList();
        }
    }
}

package org.domicile.verifier;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The verifier as a program: {@code verify FOLDER} and {@code check PROOF}. */
public final class Main {
    private static final int SOUND = 0;
    private static final int REFUSED = 1;
    private static final int USAGE = 2;

    private static final String HELP =
            """
            Checks a Domicile ledger, or any C2SP tlog-tiles log, from its files alone.

              verify FOLDER --key KEY... [--since CHECKPOINT]
                  recomputes the whole log in FOLDER; with --since also that it extends what an
                  older checkpoint signed
              check PROOF --key KEY... [--entry FILE]
                  checks one .tlog-proof; the entry is in the proof or in FILE

            KEY is a verifier key (name+id+base64) or a file with one on each line. Every key of the
            log's name must have signed. Exit code 0: it holds; 1: it does not; 2: wrong usage.

            Example: verify data/ledger/public --key keys.txt
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
        try {
            Asked asked = Asked.parse(arguments);
            return switch (asked.command()) {
                case "verify" -> verify(asked);
                case "check" -> check(asked);
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
        boolean watched = System.console() != null;
        Verdict verdict =
                new TiledLog(asked.target())
                        .verify(
                                asked.keys(),
                                new TiledLog.Options(
                                        asked.since(),
                                        done -> {
                                            if (watched) {
                                                err.printf("\r%,d entries", done);
                                            }
                                        }));
        if (watched) {
            err.print("\r\033[K");
        }
        return switch (verdict) {
            case Verdict.Sound sound -> {
                out.printf(
                        "%s: %,d entries hold together, root %s, signed by %s%s%n",
                        sound.origin(),
                        sound.size(),
                        sound.root(),
                        String.join(" and ", sound.signers()),
                        sound.signed().map(at -> ", " + at).orElse(""));
                yield SOUND;
            }
            case Verdict.Refused refused -> refused(refused);
        };
    }

    private int check(Asked asked) throws IOException {
        byte[] proof = Files.readAllBytes(asked.target());
        ProofFile.Checked checked =
                asked.entry().isPresent()
                        ? ProofFile.check(
                                proof, Files.readAllBytes(asked.entry().get()), asked.keys())
                        : ProofFile.check(proof, asked.keys());
        return switch (checked) {
            case ProofFile.Checked.Proven proven -> {
                out.printf(
                        "%s: entry %,d of %,d is proven, signed by %s%s%n",
                        proven.checkpoint().origin(),
                        proven.index(),
                        proven.checkpoint().size(),
                        String.join(" and ", proven.checkpoint().signers()),
                        proven.checkpoint().signed().map(at -> ", " + at).orElse(""));
                out.println(new String(proven.entry(), StandardCharsets.UTF_8));
                yield SOUND;
            }
            case ProofFile.Checked.Disproven disproven -> refused(disproven.refused());
        };
    }

    private int refused(Verdict.Refused refused) {
        err.println("REFUSED: " + refused.sentence());
        return REFUSED;
    }

    private record Asked(
            String command,
            Path target,
            List<VerifierKey> keys,
            Optional<Path> since,
            Optional<Path> entry) {
        static Asked parse(List<String> arguments) throws IOException {
            List<String> plain = new ArrayList<>();
            List<VerifierKey> keys = new ArrayList<>();
            Optional<Path> since = Optional.empty();
            Optional<Path> entry = Optional.empty();
            for (int at = 0; at < arguments.size(); at++) {
                String argument = arguments.get(at);
                if (!argument.startsWith("--")) {
                    plain.add(argument);
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
                    default -> throw new IllegalArgumentException("there is no option " + argument);
                }
            }
            if (plain.size() != 2) {
                throw new IllegalArgumentException("a command and one path are needed");
            }
            if (keys.isEmpty()) {
                throw new IllegalArgumentException("at least one --key is needed");
            }
            return new Asked(plain.get(0), Path.of(plain.get(1)), keys, since, entry);
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

package org.domicile.proof;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.domicile.verifier.ProofFile;
import org.domicile.verifier.TiledLog;
import org.domicile.verifier.Verdict;
import org.domicile.verifier.VerifierKey;

/** Everybody who judges a log: two programs made of other people's code, and our verifier. */
final class Judges {
    /** Whether a judge was content, and what it said. */
    record Judgement(Judge judge, boolean holds, String said) {}

    /** Who judges. */
    enum Judge {
        /** Go: golang.org/x/mod's note and tlog, filippo.io/mldsa. */
        GO,
        /** openssl and sha256sum. */
        BARE,
        /** The module verifier. */
        OURS
    }

    private final Path go;
    private final Path bare;
    private final String python;

    /** Builds the Go program into a folder, without network: its modules were brought before. */
    Judges(Path folder) throws IOException, InterruptedException {
        Path sources = SourceTree.root().resolve("proof/foreign");
        go = folder.resolve("foreign");
        bare = sources.resolve("bare.py");
        python = Foreign.program("python3", "python");
        Foreign.Ended built =
                Foreign.command(
                                Foreign.program("go", "/usr/local/go/bin/go"),
                                "build",
                                "-mod=readonly",
                                "-buildvcs=false",
                                "-o",
                                go.toString(),
                                ".")
                        .in(sources)
                        .with("GOPROXY", "off")
                        .with("CGO_ENABLED", "0")
                        .with("GOFLAGS", "")
                        .run();
        if (built.status() != 0) {
            throw new AssertionError(
                    "the Go program does not build; its modules are fetched by"
                            + " proof/clients/bring, which ./domicile test runs: "
                            + built.said());
        }
    }

    Judgement verify(Judge judge, Path log, Path keys, List<Path> olders)
            throws IOException, InterruptedException {
        return switch (judge) {
            case GO -> {
                List<String> words = new ArrayList<>();
                words.addAll(List.of(go.toString(), "verify", log.toString(), keys.toString()));
                olders.forEach(older -> words.add(older.toString()));
                yield foreign(judge, words);
            }
            case BARE ->
                    foreign(
                            judge,
                            List.of(
                                    python,
                                    bare.toString(),
                                    "verify",
                                    log.toString(),
                                    keys.toString()));
            case OURS -> ours(log, keys, olders);
        };
    }

    Judgement check(Judge judge, Path proof, Path keys) throws IOException, InterruptedException {
        return switch (judge) {
            case GO ->
                    foreign(
                            judge,
                            List.of(go.toString(), "check", proof.toString(), keys.toString()));
            case BARE ->
                    foreign(
                            judge,
                            List.of(
                                    python,
                                    bare.toString(),
                                    "check",
                                    proof.toString(),
                                    keys.toString()));
            case OURS ->
                    switch (ProofFile.check(Files.readAllBytes(proof), parsed(keys))) {
                        case ProofFile.Checked.Proven proven ->
                                new Judgement(judge, true, "" + proven.checkpoint());
                        case ProofFile.Checked.Disproven no ->
                                new Judgement(judge, false, no.refused().sentence());
                    };
        };
    }

    /**
     * A program that ends in another way than "holds" or "refused" has not judged: that is neither.
     */
    private static Judgement foreign(Judge judge, List<String> words)
            throws IOException, InterruptedException {
        Foreign.Ended ended = Foreign.command(words.toArray(String[]::new)).run();
        boolean refused = ended.status() == 1 && ended.said().startsWith("refused: ");
        if (ended.status() != 0 && !refused) {
            throw new AssertionError(words + " did not judge: " + ended);
        }
        return new Judgement(judge, !refused, ended.said());
    }

    private static Judgement ours(Path log, Path keys, List<Path> olders) throws IOException {
        List<TiledLog.Options> all = new ArrayList<>();
        all.add(TiledLog.Options.plain());
        olders.forEach(older ->
                all.add(new TiledLog.Options(java.util.Optional.of(older), entries -> {})));
        String said = "";
        for (TiledLog.Options options : all) {
            switch (new TiledLog(log).verify(parsed(keys), options)) {
                case Verdict.Sound sound -> said = "" + sound;
                case Verdict.Refused no -> {
                    return new Judgement(Judge.OURS, false, no.sentence());
                }
            }
        }
        return new Judgement(Judge.OURS, true, said);
    }

    private static List<VerifierKey> parsed(Path keys) throws IOException {
        return Files.readAllLines(keys).stream().map(VerifierKey::parse).toList();
    }
}

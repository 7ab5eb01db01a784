package org.domicile.proof;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
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
        /** sigstore-java, which reads no tiles: proofs alone, and of signatures Ed25519 alone. */
        SIGSTORE,
        /** The module verifier. */
        OURS;

        /** Those who judge a whole log. */
        static Set<Judge> ofLogs() {
            return EnumSet.complementOf(EnumSet.of(SIGSTORE));
        }
    }

    private final Path go;
    private final Path bare;
    private final String python;
    private final Method sigstore;

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
        sigstore = loaded(sources.resolve("sigstore"), folder);
    }

    /**
     * Compiled, and loaded here with its libraries and none of ours: a hundred proofs are judged in
     * the time that one start of Java takes.
     */
    private static Method loaded(Path sources, Path folder)
            throws IOException, InterruptedException {
        Path classes = Files.createDirectories(folder.resolve("sigstore"));
        Path libraries = Path.of(System.getenv("DOMICILE_CLIENTS")).resolve("sigstore");
        List<URL> path = new ArrayList<>(List.of(classes.toUri().toURL()));
        try (Stream<Path> jars = Files.list(libraries)) {
            for (Path jar : jars.toList()) {
                path.add(jar.toUri().toURL());
            }
        }
        Foreign.command(
                        Path.of(System.getProperty("java.home"), "bin", "javac").toString(),
                        "-d",
                        classes.toString(),
                        "-cp",
                        libraries + "/*",
                        sources.resolve("Sigstore.java").toString())
                .done();
        try {
            return new URLClassLoader(
                            path.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())
                    .loadClass("Sigstore")
                    .getMethod("check", Path.class, Path.class);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
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
            case SIGSTORE -> throw new IllegalArgumentException("it reads no logs");
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
            case SIGSTORE -> sigstore(proof, keys);
            case OURS ->
                    switch (ProofFile.check(Files.readAllBytes(proof), parsed(keys))) {
                        case ProofFile.Checked.Proven proven ->
                                new Judgement(judge, true, "" + proven.checkpoint());
                        case ProofFile.Checked.Disproven no ->
                                new Judgement(judge, false, no.refused().sentence());
                    };
        };
    }

    private Judgement sigstore(Path proof, Path keys) {
        try {
            return new Judgement(Judge.SIGSTORE, true, "" + sigstore.invoke(null, proof, keys));
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof IllegalArgumentException no) {
                return new Judgement(Judge.SIGSTORE, false, "" + no.getMessage());
            }
            throw new AssertionError(e.getCause());
        } catch (IllegalAccessException e) {
            throw new AssertionError(e);
        }
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

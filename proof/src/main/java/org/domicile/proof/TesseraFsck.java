package org.domicile.proof;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Tessera's fsck (transparency-dev, Go) on a log that the real ledger made. */
final class TesseraFsck {
    private static final int STEP = 50_000;
    private static final int LONGEST_VERDICT = 300;

    private TesseraFsck() {}

    static Figures run(Path work, int count, long seed, Consumer<String> told)
            throws IOException, InterruptedException {
        Path program = build(work);
        Path folder = Files.createDirectories(work.resolve("made"));
        try (MadeLedger made = new MadeLedger(folder)) {
            for (long size = 0; size < count; ) {
                size = Math.min(count, size + STEP);
                made.growTo(size);
                told.accept("%,d entries".formatted(size));
            }
            Path key = work.resolve("key");
            Files.writeString(key, made.verifierKeys(MadeLedger.USES).getFirst() + "\n");
            Foreign.Ended sound = check(program, made.folder(MadeLedger.USES), key);
            told.accept(verdict(sound));
            // a check that accepts everything would show nothing
            Path tile = made.folder(MadeLedger.USES).resolve("tile/0/000");
            boolean bites = true;
            if (Files.exists(tile)) {
                byte[] right = Files.readAllBytes(tile);
                byte[] wrong = right.clone();
                wrong[40] ^= 1;
                Files.write(tile, wrong);
                bites = !accepts(check(program, made.folder(MadeLedger.USES), key), count);
                Files.write(tile, right);
            }
            boolean holds = accepts(sound, count) && bites;
            return new Figures(
                    "fsck",
                    holds ? 1 : 0,
                    holds ? 0 : 1,
                    0,
                    Map.of("entries", (long) count),
                    seed,
                    holds
                            ? List.of()
                            : List.of(
                                    bites
                                            ? "fsck refuses the log: " + verdict(sound)
                                            : "fsck accepts a changed tile"));
        }
    }

    private static Path build(Path work) throws IOException, InterruptedException {
        Foreign.Ended built =
                Foreign.command(
                                Foreign.program("go", "/usr/local/go/bin/go"),
                                "build",
                                "-mod=readonly",
                                "-o",
                                work.toString() + "/",
                                "tool")
                        .in(SourceTree.root().resolve("proof/fsck"))
                        .with("GOPROXY", "off")
                        .with("CGO_ENABLED", "0")
                        .with("GOFLAGS", "")
                        .run();
        if (built.status() != 0) {
            throw new IOException(
                    "fsck could not be built; proof/clients/bring fetches its sources: "
                            + built.said());
        }
        return work.resolve("fsck");
    }

    /** It ends with 0 whatever it found (v1.0.4): only what it says tells. */
    private static boolean accepts(Foreign.Ended ended, int count) {
        return ended.status() == 0
                && ended.said().contains("Successfully fsck'd log with size " + count + " ")
                && !ended.said().contains("fsck failed");
    }

    /** Its last line, without the tiles that it may print whole. */
    private static String verdict(Foreign.Ended ended) {
        String last = ended.said().lines().reduce((first, next) -> next).orElse("");
        return last.substring(0, Math.min(last.length(), LONGEST_VERDICT));
    }

    private static Foreign.Ended check(Path program, Path log, Path key)
            throws IOException, InterruptedException {
        return Foreign.command(
                        program.toString(),
                        "--storage_url=file://" + log + "/",
                        "--public_key=" + key,
                        "--ui=false",
                        "--N=2")
                .run();
    }
}

package org.domicile.proof;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.domicile.bytes.Disk;
import org.domicile.verifier.ProofFile;
import org.domicile.verifier.Receipt;
import org.domicile.verifier.Refused;
import org.domicile.verifier.TiledLog;
import org.domicile.verifier.TrustPolicy;
import org.domicile.verifier.Verdict;
import org.domicile.verifier.VerifierKey;
import org.domicile.witness.Witness;

/**
 * Changes one byte of something that our verifier judges, again and again: tiles, bundles, the
 * checkpoint with a witness's cosignatures (which the policy demands), a proof, a receipt. Each
 * must be refused.
 */
final class Mutations {
    /** Two full bundles and tiles, and partial ones above and beside them. */
    private static final int ENTRIES = 600;

    private static final int MOST_TOLD = 20;

    private final Path work;
    private final Random random;
    private final long seed;
    private final Consumer<String> told;

    Mutations(Path work, long seed, Consumer<String> told) {
        this.work = work;
        this.random = new Random(seed);
        this.seed = seed;
        this.told = told;
    }

    /** Whether it was refused. */
    private interface Judge {
        boolean refuses(byte[] changed) throws IOException;
    }

    private record Victim(String kind, byte[] right, Judge judge) {}

    Figures run(int count) throws IOException, InterruptedException {
        Path folder = Files.createDirectories(work.resolve("made"));
        try (MadeLedger made = new MadeLedger(folder)) {
            made.growTo(ENTRIES);
            List<Victim> victims = victims(made);
            for (Victim each : victims) {
                if (each.judge().refuses(each.right())) {
                    throw new IOException("the unchanged " + each.kind() + " is refused");
                }
            }
            Map<String, Long> tried = new TreeMap<>();
            List<String> accepted = new ArrayList<>();
            int wrong = 0;
            for (int i = 0; i < count; i++) {
                Victim victim = victims.get(random.nextInt(victims.size()));
                byte[] changed = victim.right().clone();
                int at = random.nextInt(changed.length);
                changed[at] ^= (byte) (1 + random.nextInt(255));
                tried.merge(victim.kind(), 1L, Long::sum);
                if (!victim.judge().refuses(changed)) {
                    wrong++;
                    if (accepted.size() < MOST_TOLD) {
                        accepted.add(
                                "byte %d of a %s, changed to %d, was accepted"
                                        .formatted(at, victim.kind(), changed[at]));
                    }
                }
                if (i % 10_000 == 9_999) {
                    told.accept("%,d changes, %,d accepted".formatted(i + 1, wrong));
                }
            }
            return new Figures("mutations", count - wrong, wrong, 0, tried, seed, accepted);
        }
    }

    private List<Victim> victims(MadeLedger made) throws IOException {
        Path log = made.folder(MadeLedger.USES);
        List<VerifierKey> keys =
                made.verifierKeys(MadeLedger.USES).stream().map(VerifierKey::parse).toList();
        Path checkpoint = log.resolve("checkpoint");
        TrustPolicy policy = cosign(checkpoint, keys);
        List<Victim> victims = new ArrayList<>();
        victims.add(file("checkpoint and its cosignatures", checkpoint, log, keys, policy));
        // Four signatures cost more than all the hashes. The checkpoint is whole in what follows,
        // so one of its signatures will do: a million changes are a matter of minutes then.
        List<VerifierKey> one = List.of(keys.getLast());
        for (String name :
                List.of(
                        "entries/000",
                        "entries/001",
                        "entries/002.p/88",
                        "0/000",
                        "0/001",
                        "0/002.p/88",
                        "1/000.p/2")) {
            victims.add(
                    file(
                            (name.startsWith("e") ? "bundle " : "tile ") + name,
                            log.resolve("tile").resolve(name),
                            log,
                            one,
                            TrustPolicy.none()));
        }
        String text = new String(made.proof(300), StandardCharsets.UTF_8);
        byte[] proof =
                (text.substring(0, text.indexOf("\n\n") + 2) + Files.readString(checkpoint))
                        .getBytes(StandardCharsets.UTF_8);
        victims.add(
                new Victim(
                        "proof",
                        proof,
                        changed ->
                                ProofFile.check(changed, keys, policy)
                                        instanceof ProofFile.Checked.Disproven));
        victims.add(
                new Victim(
                        "receipt",
                        made.receipt(ENTRIES).getBytes(StandardCharsets.UTF_8),
                        changed -> refusesReceipt(changed, keys)));
        return victims;
    }

    /** A file of the log, which the whole log is verified with. */
    private static Victim file(
            String kind, Path file, Path log, List<VerifierKey> keys, TrustPolicy policy)
            throws IOException {
        byte[] right = Files.readAllBytes(file);
        TiledLog.Options options = TiledLog.Options.plain().whole().demanding(policy);
        return new Victim(
                kind,
                right,
                changed -> {
                    // in place: a file that is cut and written anew, ext4 sends to the disk
                    Files.write(file, changed, StandardOpenOption.WRITE);
                    boolean refused =
                            new TiledLog(log).verify(keys, options) instanceof Verdict.Refused;
                    Files.write(file, right, StandardOpenOption.WRITE);
                    return refused;
                });
    }

    private static boolean refusesReceipt(byte[] receipt, List<VerifierKey> keys) {
        try {
            Receipt.parse(receipt).verify(keys);
            return false;
        } catch (Refused e) {
            return true;
        }
    }

    /** Has a witness cosign the checkpoint, in place; the policy that demands both its keys. */
    private TrustPolicy cosign(Path checkpoint, List<VerifierKey> keys) throws IOException {
        Path folder = work.resolve("witness");
        Witness.create(folder, "witness.example/w1", Disk.real());
        Witness witness = Witness.open(folder, Disk.real(), InstantSource.system(), keys);
        byte[] note = Files.readAllBytes(checkpoint);
        String request = "old 0\n\n" + new String(note, StandardCharsets.UTF_8);
        Witness.Answer answer = witness.addCheckpoint(request.getBytes(StandardCharsets.UTF_8));
        if (answer.status() != 200) {
            throw new IOException("our witness answered " + answer.status());
        }
        Files.writeString(
                checkpoint,
                new String(note, StandardCharsets.UTF_8)
                        + new String(answer.body(), StandardCharsets.UTF_8));
        List<VerifierKey> own = witness.key().verifierKeys();
        String policy =
                "witness ed %s\nwitness ml %s\ngroup w1 all ed ml\nquorum w1\n"
                        .formatted(own.get(0).format(), own.get(1).format());
        return TrustPolicy.parse(policy.getBytes(StandardCharsets.UTF_8));
    }
}

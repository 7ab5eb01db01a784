package org.domicile.launcher;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.domicile.admin.Checking.Wrong;
import org.domicile.blobs.BlobOptions;
import org.domicile.blobs.Blobs;
import org.domicile.bytes.Disk;
import org.domicile.bytes.StorageFailure;
import org.domicile.guard.GuardedCheck;
import org.domicile.keyspace.Keyspace;
import org.domicile.keyspace.KeyspaceOptions;
import org.domicile.objects.Body;
import org.domicile.objects.Bucket;
import org.domicile.objects.Finding;
import org.domicile.objects.Inspection;
import org.domicile.objects.Objects;
import org.domicile.objects.Part;
import org.domicile.objects.Version;

/**
 * A check of a folder that no server has open. Holds the folder's lock meanwhile, listens nowhere,
 * and begins none of the program's own work.
 */
final class StoppedCheck {
    private static final int STEP = 1 << 20;

    private final Folder folder;
    private final Settings settings;
    private final Consumer<Wrong> wrong;
    private final PrintWriter err;
    private long versions;
    private long bytes;

    /**
     * @param wrong hears each thing at once
     */
    StoppedCheck(Folder folder, Settings settings, Consumer<Wrong> wrong, PrintWriter err) {
        this.folder = folder;
        this.settings = settings;
        this.wrong = wrong;
        this.err = err;
    }

    /**
     * What was read.
     *
     * @param keys of the public log; none where the key store was not opened
     */
    record Sum(long versions, long bytes, List<String> keys) {}

    private void found(Finding finding) {
        wrong.accept(Advice.on(finding));
    }

    /** With the keys: bodies are opened, and that is on record. */
    Sum opened() throws IOException {
        return Cloud.withCore(
                folder.path(),
                settings,
                core -> {
                    GuardedCheck check = core.guard().check();
                    long total =
                            core.policy().register().organisations().keySet().stream()
                                    .mapToLong(each -> core.objects().quotas().usage(each).bytes())
                                    .sum();
                    check.records(this::found);
                    try (Progress progress = Progress.bytes(err, total)) {
                        Optional<byte[]> next = Optional.of(new byte[0]);
                        while (next.isPresent()) {
                            next = check.bodies(next.get(), pace(progress), this::found);
                        }
                    }
                    List<String> keys = core.ledger().verifierKeys(LogFiles.PUBLIC);
                    return new Sum(versions, bytes, keys);
                });
    }

    private GuardedCheck.Pace pace(Progress progress) {
        return new GuardedCheck.Pace() {
            @Override
            public boolean read(long more) {
                progress.add(more, "");
                return true;
            }

            @Override
            public void verified(long more) {
                versions++;
                bytes += more;
            }
        };
    }

    /** Without the keys: what lies there is verified as it lies. */
    Sum sealed() throws IOException {
        Disk disk = Disk.real();
        Clock clock = Clock.systemUTC();
        SecureRandom random = new SecureRandom();
        try (Folder.Lock lock = folder.lock();
                Keyspace keyspace = Keyspace.open(folder.keyspace(), KeyspaceOptions.defaults());
                Blobs blobs =
                        Blobs.open(
                                folder.blobs(),
                                disk,
                                keyspace,
                                BlobOptions.defaults(),
                                random,
                                clock);
                Objects objects = Objects.open(keyspace, blobs, clock, random);
                Progress progress = Progress.bytes(err, blobs.usage().live())) {
            Inspection inspection = objects.inspection();
            inspection.records(this::found);
            Optional<byte[]> next = Optional.of(new byte[0]);
            while (next.isPresent()) {
                next = inspection.bodies(next.get(), new Sealed(progress), this::found);
            }
            return new Sum(versions, bytes, List.of());
        }
    }

    private final class Sealed implements Inspection.Reader {
        private final Progress progress;

        Sealed(Progress progress) {
            this.progress = progress;
        }

        @Override
        public boolean version(Bucket bucket, Version version, List<Body> pieces) {
            pieces.forEach(this::drain);
            return counted(version.size());
        }

        @Override
        public boolean part(Part part, Body piece) {
            drain(piece);
            return counted(part.size());
        }

        private boolean counted(long plain) {
            versions++;
            bytes += plain;
            return true;
        }

        private void drain(Body body) {
            ByteBuffer target = ByteBuffer.allocate((int) Math.min(STEP, body.length()));
            for (long at = 0; at < body.length(); ) {
                int count = body.read(target.clear(), at);
                if (count <= 0) {
                    throw new StorageFailure(
                            StorageFailure.Kind.CORRUPT, "it ends at " + at + " sealed bytes");
                }
                at += count;
                progress.add(count, "");
            }
        }
    }

    /** Forgets what is counted, so that who opens the folder next counts anew. */
    void recount() throws IOException {
        try (Folder.Lock lock = folder.lock();
                Keyspace keyspace = Keyspace.open(folder.keyspace(), KeyspaceOptions.defaults())) {
            Objects.recount(keyspace);
        }
    }
}

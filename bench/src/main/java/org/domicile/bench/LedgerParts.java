package org.domicile.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import org.domicile.bytes.Disk;
import org.domicile.keys.FolderMark;
import org.domicile.keys.KeyId;
import org.domicile.keys.KeyOptions;
import org.domicile.keys.Keys;
import org.domicile.keyspace.Keyspace;
import org.domicile.keyspace.KeyspaceOptions;
import org.domicile.ledger.Ledger;
import org.domicile.ledger.LedgerOptions;
import org.domicile.ledger.Use;
import org.domicile.request.Caller;

/** The real keyspace, keys and ledger in a folder, as the launcher wires them. */
record LedgerParts(Keyspace keyspace, Keys keys, KeyId subject, Ledger ledger)
        implements AutoCloseable {
    static final String LOG = "use/0f1e2d3c4b5a69788796a5b4c3d2e1f0/n1";

    private static final String NODE = "n1";
    private static final String ORGANISATION = "0f1e2d3c4b5a69788796a5b4c3d2e1f0";

    static LedgerParts open(Path folder) throws IOException {
        Path place = folder.resolve("keys");
        Files.createDirectories(
                place,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Keyspace keyspace = Keyspace.open(folder.resolve("keyspace"), KeyspaceOptions.defaults());
        Keys keys =
                Keys.open(
                        new KeyOptions(
                                List.of(place),
                                new KeyOptions.Root.KeyFile(place.resolve("root.key"))),
                        FolderMark.inMemory(),
                        Disk.real(),
                        new SecureRandom());
        KeyId subject = keys.create(KeyId.Kind.SUBJECT, keys.createOrganisation());
        Ledger ledger =
                Ledger.open(
                        keyspace,
                        keys.vault(),
                        keys.subjects(),
                        keys.passes(),
                        Disk.real(),
                        Clock.systemUTC(),
                        new SecureRandom(),
                        LedgerOptions.of(folder.resolve("ledger"), NODE, "bench.example/made"));
        return new LedgerParts(keyspace, keys, subject, ledger);
    }

    /** A read of an object, with the next number. */
    Use use() {
        long number = ledger.number(ORGANISATION);
        return new Use(
                ORGANISATION,
                number,
                Clock.systemUTC().instant(),
                "s3:GetObject",
                Use.Verdict.ALLOWED,
                "allowed",
                ORGANISATION + "/first-steps",
                "home",
                "home",
                "ab".repeat(32),
                new Caller.Known(
                        ORGANISATION,
                        "5b0c9e8f2a1d4c7b",
                        "DOMICILE0123456789AB",
                        ORGANISATION + "/first-steps"),
                subject,
                List.of(),
                "archive/scans/2026/" + number + ".tif",
                "127.0.0.1",
                List.of());
    }

    @Override
    public void close() {
        ledger.close();
        keys.close();
        keyspace.close();
    }
}

package org.domicile.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.domicile.blobs.Blobs;
import org.domicile.bytes.Disk;
import org.domicile.bytes.StorageFailure;
import org.domicile.guard.Guard;
import org.domicile.guard.GuardOptions;
import org.domicile.keys.KeyOptions;
import org.domicile.keys.Keys;
import org.domicile.keyspace.Keyspace;
import org.domicile.keyspace.Space;
import org.domicile.keyspace.Tuple;
import org.domicile.ledger.Ledger;
import org.domicile.ledger.LedgerOptions;
import org.domicile.objects.Objects;
import org.domicile.people.People;
import org.domicile.policy.Credential;
import org.domicile.policy.Policy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A first start that is cut short anywhere, and the start after it. */
class FirstCredentialTest {
    private static final SecureRandom RANDOM = new SecureRandom();

    @TempDir Path above;
    private final Keyspace keyspace = Keyspace.inMemory();
    private Clock clock = Clock.systemUTC();

    /** Cut after each commit in turn, of the founding and of first steps alike. */
    @Test
    void aStartThatIsCutShortAnywhereIsCompletedByTheNext() throws IOException {
        // How many commits a start has is not the same each time: the ledger's thread has its own.
        int cut = 0;
        while (isCutShort(cut)) {
            cut++;
        }
        assertTrue(cut > 8, "a first start was whole with " + cut + " commits");
    }

    /** Cuts a first start after so many commits, completes it; false when it was not cut. */
    private boolean isCutShort(int cut) throws IOException {
        Path keys = above.resolve("cut-" + cut);
        Keyspace same = Keyspace.inMemory();
        boolean whole = false;
        try {
            start(new CutKeyspace(same, cut), keys);
            whole = true;
        } catch (StorageFailure e) {
            start(same, keys);
        }
        onlyTheFileWorks(same, keys);
        start(same, keys);
        onlyTheFileWorks(same, keys);
        return !whole;
    }

    @Test
    void aCredentialWhoseSecretNobodyGotIsEndedAndReplaced() throws IOException {
        Path keys = above.resolve("keys");
        start(keyspace, keys);
        FirstCredential lost = FirstCredential.read(file(keys)).orElseThrow();
        Files.delete(file(keys)); // as if the process had died before it wrote the file
        forgetThatItIsDone();
        start(keyspace, keys);
        FirstCredential fresh = onlyTheFileWorks(keyspace, keys);
        assertFalse(fresh.accessKey().equals(lost.accessKey()));
    }

    @Test
    void aCredentialThatLiesInItsFileIsKept() throws IOException {
        Path keys = above.resolve("keys");
        start(keyspace, keys);
        FirstCredential kept = FirstCredential.read(file(keys)).orElseThrow();
        forgetThatItIsDone(); // as if the process had died after it wrote the file
        start(keyspace, keys);
        assertEquals(kept, onlyTheFileWorks(keyspace, keys));
    }

    @Test
    void aFileThatSomebodyTookAwayLaterIsNotMadeAgain() throws IOException {
        Path keys = above.resolve("keys");
        start(keyspace, keys);
        Files.delete(file(keys));
        start(keyspace, keys);
        assertFalse(Files.exists(file(keys)));
    }

    @Test
    void aMonthLaterItBeginsWithAPurposeThatIsValid() throws IOException {
        Path keys = above.resolve("keys");
        start(keyspace, keys);
        Files.delete(file(keys));
        forgetThatItIsDone();
        Instant later = Instant.now().plus(Duration.ofDays(40));
        clock = Clock.fixed(later, ZoneOffset.UTC);
        start(keyspace, keys);
        String accessKey = FirstCredential.read(file(keys)).orElseThrow().accessKey();
        withPolicy(
                keyspace,
                keys,
                policy ->
                        assertTrue(
                                policy.register().credentials().values().stream()
                                        .filter(each -> each.accessKey().equals(accessKey))
                                        .allMatch(each ->
                                                each.purpose().equals("main/first-steps-2"))));
    }

    @Test
    void itsTextTellsNoSecret() {
        assertFalse(
                new FirstCredential("DOMKEY", "secret words", "home")
                        .toString()
                        .contains("secret words"));
    }

    /** Takes the mark back that first steps are done. */
    private void forgetThatItIsDone() {
        var key = Tuple.pack("launcher", "first-steps");
        assertTrue(keyspace.get(Space.RECORDS, key).isPresent());
        keyspace.commit(
                new org.domicile.keyspace.Transaction()
                        .write(new org.domicile.keyspace.Write.Delete(Space.RECORDS, key)));
    }

    /** The file's credential is the one living credential, and its secret is the right one. */
    private FirstCredential onlyTheFileWorks(Keyspace on, Path keys) throws IOException {
        FirstCredential first = FirstCredential.read(file(keys)).orElseThrow();
        withPolicy(
                on,
                keys,
                policy -> {
                    List<String> living =
                            policy.register().credentials().values().stream()
                                    .filter(each -> !each.withdrawn())
                                    .map(Credential::accessKey)
                                    .toList();
                    assertEquals(List.of(first.accessKey()), living);
                    assertEquals(
                            first.secret(),
                            new String(
                                    policy.secret(first.accessKey()),
                                    java.nio.charset.StandardCharsets.US_ASCII));
                });
        return first;
    }

    private static Path file(Path keys) {
        return keys.resolve(FirstCredential.FILE);
    }

    private static Keys keys(Keyspace on, Path keys) {
        return Keys.open(
                new KeyOptions(
                        List.of(keys), new KeyOptions.Root.KeyFile(keys.resolve("root.key"))),
                Installation.open(on, RANDOM),
                Disk.real(),
                RANDOM);
    }

    private void withPolicy(Keyspace on, Path keys, java.util.function.Consumer<Policy> question) {
        try (Keys open = keys(on, keys)) {
            question.accept(Policy.open(on, open.vault(), open.subjects(), clock));
        }
    }

    /** What a start does, up to its first credential. */
    private void start(Keyspace on, Path place) throws IOException {
        Disk disk = Disk.real();
        try (Keys keys = keys(on, place);
                Ledger ledger =
                        Ledger.open(
                                on,
                                keys.vault(),
                                keys.subjects(),
                                keys.passes(),
                                disk,
                                clock,
                                RANDOM,
                                LedgerOptions.of(
                                        place.resolve("ledger"), "node-1", "test.example"));
                Blobs blobs = Blobs.inMemory(on);
                Objects objects = Objects.open(on, blobs, clock, RANDOM)) {
            Guard guard =
                    Guard.open(
                            GuardOptions.in("home"),
                            Policy.open(on, keys.vault(), keys.subjects(), clock),
                            keys,
                            ledger,
                            objects,
                            People.open(on, keys.vault()),
                            clock,
                            RANDOM);
            FirstCredential.complete(
                    Installation.open(on, RANDOM), guard, disk, file(place), "home");
        }
    }
}

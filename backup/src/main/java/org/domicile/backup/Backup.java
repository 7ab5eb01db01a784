package org.domicile.backup;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.domicile.bytes.Disk;
import org.domicile.bytes.StorageFailure;
import org.jspecify.annotations.Nullable;

/**
 * Makes one snapshot. What an unfinished backup has copied of large files it wrote down, a line for
 * each (as in a list, the path in place of the name); small ones are read again and not written.
 */
public final class Backup {
    /** A file that was written so shortly before it is read may be written again at that time. */
    private static final Duration SETTLED = Duration.ofSeconds(2);

    private static final long LARGE = 1 << 20;

    private final Repository repository;
    private final InstantSource clock;
    private final Rate rate;
    private final Meter meter;
    private final Map<String, Item.File> copied = new HashMap<>();
    private long files;
    private long bytes;

    private Backup(Repository repository, InstantSource clock, Rate rate, Meter meter) {
        this.repository = repository;
        this.clock = clock;
        this.rate = rate;
        this.meter = meter;
    }

    /**
     * What came of it.
     *
     * @param newBytes of files whose content was not there before
     */
    public record Made(Snapshot snapshot, long newBytes) {}

    /**
     * Copies what is new, and keeps the snapshot when all of it is durable.
     *
     * @param clock the file system's, nearly
     * @throws StorageFailure FOREIGN when this second has a snapshot, or a name cannot be kept
     * @throws IOException when something cannot be read or written; run it again to go on
     */
    public static Made run(
            Repository repository,
            Source source,
            Snapshot.Facts facts,
            InstantSource clock,
            Rate rate,
            Meter meter)
            throws IOException {
        return new Backup(repository, clock, rate, meter).make(source, facts);
    }

    private Made make(Source source, Snapshot.Facts facts) throws IOException {
        List<String> ids = repository.ids();
        String id = Snapshot.id(facts.taken());
        if (!ids.isEmpty() && ids.getLast().compareTo(id) >= 0) {
            throw new StorageFailure(
                    StorageFailure.Kind.FOREIGN,
                    "the newest snapshot is %s, and this one would be %s: wait a second, or set the clock right"
                            .formatted(ids.getLast(), id));
        }
        Optional<Snapshot> last =
                repository.newest().filter(each -> each.facts().origin().equals(facts.origin()));
        try (Journal journal = new Journal(facts.origin())) {
            Map<String, Item> before = last.isEmpty() ? Map.of() : named(last.get().tree());
            List<Item> roots = new ArrayList<>();
            for (Source.Root root : source.roots()) {
                item(root, "", root.name(), root.path(), before, journal).ifPresent(roots::add);
            }
            Snapshot made =
                    new Snapshot(
                            facts,
                            repository.put(Item.format(roots)),
                            new Source.Size(files, bytes));
            repository.finish(made);
            return new Made(made, repository.written());
        }
    }

    private Map<String, Item> named(String list) throws IOException {
        Map<String, Item> named = new HashMap<>();
        Item.parse(repository.list(list)).forEach(item -> named.put(item.name(), item));
        return named;
    }

    /** An entry of the source; empty when there is nothing to keep of it. */
    private Optional<Item> item(
            Source.Root root,
            String below,
            String name,
            Path path,
            Map<String, Item> before,
            Journal journal)
            throws IOException {
        boolean top = below.isEmpty();
        // What is not there any more must fail and not be left out.
        BasicFileAttributes is =
                top
                        ? Files.readAttributes(path, BasicFileAttributes.class)
                        : Files.readAttributes(
                                path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        if (is.isDirectory()) {
            Map<String, Item> inside =
                    before.get(name) instanceof Item.Directory(String _, String hash)
                            ? named(hash)
                            : Map.of();
            List<Item> items = new ArrayList<>();
            for (String each : repository.disk().list(path)) {
                String deeper = top ? each : below + "/" + each;
                item(root, deeper, each, path.resolve(each), inside, journal).ifPresent(items::add);
            }
            return items.isEmpty()
                    ? Optional.empty()
                    : Optional.of(new Item.Directory(name, repository.put(Item.format(items))));
        }
        String shown = top ? root.name() : root.name() + "/" + below;
        return is.isRegularFile() && root.taken().test(below)
                ? Optional.of(file(shown, name, path, is, before, journal))
                : Optional.empty();
    }

    private Item file(
            String shown,
            String name,
            Path path,
            BasicFileAttributes is,
            Map<String, Item> before,
            Journal journal)
            throws IOException {
        if (!Item.isName(name)) {
            throw new StorageFailure(
                    StorageFailure.Kind.FOREIGN, "a backup cannot keep the name of " + path);
        }
        Instant now = clock.instant();
        long time = is.lastModifiedTime().to(TimeUnit.NANOSECONDS);
        boolean settled =
                is.lastModifiedTime().toInstant().isBefore(now.minus(SETTLED)) && time > 0;
        Item.File kept =
                unchanged(before.get(name), is.size(), time)
                        .or(() -> unchanged(copied.get(shown), is.size(), time))
                        .orElse(null);
        files++;
        bytes += is.size();
        if (kept != null && repository.keeps(kept.hash(), kept.size())) {
            meter.present(is.size(), shown);
            return new Item.File(name, kept.hash(), kept.size(), time);
        }
        String hash = repository.put(path, rate, meter, shown);
        long size = Files.size(repository.object(hash));
        Item.File item = new Item.File(name, hash, size, settled ? time : 0);
        if (size >= LARGE) {
            journal.add(new Item.File(shown, hash, size, item.time()));
        }
        return item;
    }

    private static Optional<Item.File> unchanged(@Nullable Item before, long size, long time) {
        return before instanceof Item.File file
                        && time > 0
                        && file.time() == time
                        && file.size() == size
                ? Optional.of(file)
                : Optional.empty();
    }

    /** What this backup has copied so far of large files, for one that goes on after it. */
    private final class Journal implements AutoCloseable {
        private final Disk.DiskFile file;
        private long end;

        /** Reads what an earlier one of the same origin left, and begins anew with that. */
        Journal(String origin) throws IOException {
            Disk disk = repository.disk();
            Path path = repository.unfinished();
            String first = "of " + origin;
            List<String> left =
                    disk.exists(path)
                            ? new String(Files.readAllBytes(path), UTF_8).lines().toList()
                            : List.of();
            disk.delete(path);
            this.file = disk.open(path);
            write(first);
            if (!left.isEmpty() && left.getFirst().equals(first)) {
                for (String line : left.subList(1, left.size())) {
                    var entry = Item.FILE.matcher(line); // the last may be torn
                    if (entry.matches()) {
                        Item.File known =
                                new Item.File(
                                        entry.group(4),
                                        entry.group(1),
                                        Long.parseLong(entry.group(2)),
                                        Long.parseLong(entry.group(3)));
                        copied.put(known.name(), known);
                        write(line);
                    }
                }
            }
        }

        void add(Item.File item) throws IOException {
            write(Item.line(item));
        }

        private void write(String line) throws IOException {
            byte[] text = (line + "\n").getBytes(UTF_8);
            file.write(ByteBuffer.wrap(text), end);
            end += text.length;
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}

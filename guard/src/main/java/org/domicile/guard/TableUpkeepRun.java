package org.domicile.guard;

import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.domicile.bytes.StorageFailure;
import org.domicile.keys.Keys;
import org.domicile.keys.Pass;
import org.domicile.objects.Bucket;
import org.domicile.objects.Changed;
import org.domicile.objects.Listing;
import org.domicile.objects.Objects;
import org.domicile.objects.Upload;
import org.domicile.objects.Version;
import org.domicile.policy.Policy;
import org.domicile.policy.Resource;
import org.domicile.request.Outcome;
import org.domicile.tables.Kind;
import org.domicile.tables.Loaded;
import org.domicile.tables.Once;
import org.domicile.tables.Referred;
import org.domicile.tables.Refusal;
import org.domicile.tables.TableName;
import org.domicile.tables.TableUpkeep;
import org.domicile.tables.Tables;

/**
 * Keeps tables in order: see {@link UpkeepOfTables}. A turn walks the warehouses of all
 * organisations, and in each the ids that files lie below, in their order. What is removed depends
 * on what was seen, twice: the file is the version that was seen ({@link Objects#expire}), and
 * nobody commits to its table meanwhile ({@link TableUpkeep#whileUnchanged}). Owned by the thread
 * of the job.
 */
final class TableUpkeepRun implements UpkeepOfTables {
    private static final System.Logger LOG = System.getLogger("org.domicile.tables");

    /** In the place of a version, of files whose id nobody has. */
    private static final long NOBODYS = -2;

    /** Files of one turn, nearly. */
    private static final int MOST = 10_000;

    private final Policy policy;
    private final Tables tables;
    private final Warehouses warehouses;
    private final OpenedWarehouse.Parts parts;
    private final TableCare care;
    private final InstantSource clock;
    private final Supplier<Uses> uses;

    // Where the next turn goes on, behind an organisation that was seen whole, and in the one after
    // it behind an id.
    private String wholeBefore = "";
    private String idBefore = "";
    private final Set<String> seen = new HashSet<>();

    /**
     * @param uses a view of the program's uses for each table
     */
    TableUpkeepRun(
            Policy policy,
            Tables tables,
            Warehouses warehouses,
            OpenedWarehouse.Parts parts,
            TableCare care,
            InstantSource clock,
            Supplier<Uses> uses) {
        this.policy = policy;
        this.tables = tables;
        this.warehouses = warehouses;
        this.parts = parts;
        this.care = care;
        this.clock = clock;
        this.uses = uses;
    }

    private Objects objects() {
        return parts.objects();
    }

    @Override
    public long turn() {
        long done = 0;
        for (String organisation : new TreeSet<>(policy.register().organisations().keySet())) {
            if (organisation.compareTo(wholeBefore) <= 0) {
                continue;
            }
            Optional<Bucket> warehouse = warehouses.find(organisation);
            if (warehouse.isPresent()) {
                done += warehouse(warehouse.get(), MOST - done);
            }
            if (!idBefore.isEmpty()) {
                return done; // not all of it
            }
            wholeBefore = organisation;
        }
        wholeBefore = "";
        care.keepOnly(seen);
        seen.clear();
        return done;
    }

    private static boolean stopped() {
        return Thread.currentThread().isInterrupted();
    }

    private long warehouse(Bucket bucket, long most) {
        long done = 0;
        try {
            done += uploads(bucket);
            Optional<Listing.Place> next = Optional.of(new Listing.Place(idBefore, ""));
            idBefore = "";
            while (next.isPresent()) {
                Listing.Page page =
                        objects()
                                .list(
                                        bucket,
                                        new Listing.Query(
                                                "", "/", next.get().name(), "", Listing.MAX));
                next = page.next();
                for (String prefix : page.prefixes()) {
                    seen.add(prefix.substring(0, prefix.length() - 1));
                    done += one(bucket, prefix);
                    if (done >= most || stopped()) {
                        idBefore = prefix;
                        return done;
                    }
                }
            }
        } catch (Keys.KeyGone e) {
            return done; // of an older folder, which nobody can open any more
        }
        return done;
    }

    /** What lies below one id. */
    private long one(Bucket bucket, String prefix) {
        String id = prefix.substring(0, prefix.length() - 1);
        TableCare.Table table = care.of(id);
        Id one = new Id(bucket, prefix, id, table);
        try {
            one.keep();
        } catch (Refused | Refusal e) {
            table.failed = String.valueOf(e.getMessage());
            warn(prefix, e);
        } catch (StorageFailure e) {
            switch (e.kind()) {
                case CORRUPT, FOREIGN, OVERLOADED -> {
                    table.failed = String.valueOf(e.getMessage());
                    warn(prefix, e);
                }
                case FULL, FENCED, CLOSED -> throw e;
            }
        }
        return one.done;
    }

    private static void warn(String place, RuntimeException e) {
        LOG.log(
                System.Logger.Level.WARNING,
                "the table at {0} is not kept in order this time: {1}",
                place,
                e.getMessage());
    }

    /** A table, a view, or files of nobody, in one turn. */
    private final class Id {
        private final Bucket bucket;
        private final String prefix;
        private final String id;
        private final TableCare.Table table;
        private final Uses own = uses.get();
        private final Instant now = clock.instant();
        private long done;

        Id(Bucket bucket, String prefix, String id, TableCare.Table table) {
            this.bucket = bucket;
            this.prefix = prefix;
            this.id = id;
            this.table = table;
        }

        private OpenedWarehouse closed() {
            return new OpenedWarehouse(
                    parts,
                    own.request(),
                    bucket,
                    () -> {
                        throw new IllegalStateException("the use is not on record yet");
                    });
        }

        private Admitted admit(String action, String object) {
            Resource resource = own.data(Optional.of(bucket), bucket.name(), prefix);
            return own.admitFor(bucket.organisation(), action, resource, object, Tags.NONE);
        }

        void keep() {
            Optional<TableUpkeep.Held> held = tables.upkeep().holder(closed(), id);
            if (held.isEmpty()) {
                look(held, NOBODYS);
                return;
            }
            if (held.get().life() != TableUpkeep.Life.LIVES) {
                return;
            }
            if (held.get().kind() == Kind.TABLE) {
                done += expired(held.get().name().orElseThrow());
            }
            tables.upkeep()
                    .holder(closed(), id)
                    .filter(each -> each.life() == TableUpkeep.Life.LIVES)
                    .ifPresent(each -> look(Optional.of(each), each.version()));
        }

        private long expired(TableName name) {
            TableUpkeep.Ending rules = new TableUpkeep.Ending.ByRules(now);
            Loaded loaded = tables.load(closed(), Kind.TABLE, name);
            if (!loaded.id().equals(id)
                    || tables.upkeep().over(closed(), loaded, rules).isNothing()) {
                return 0;
            }
            try (Admitted use = admit("lifecycle:ExpireSnapshots", name.text())) {
                TableUpkeep.Over over =
                        tables.upkeep()
                                .expire(use.carrying(() -> 0), closed(), name, rules, Once.NOT);
                table.snapshots.addAndGet(over.snapshots().size());
                table.expired = now;
                return over.snapshots().size() + over.references().size();
            }
        }

        /**
         * Looks for files that nothing needs, when it is time, and removes what was seen before.
         *
         * @param version of the metadata, or {@link #NOBODYS}
         */
        private void look(Optional<TableUpkeep.Held> held, long version) {
            if (held.isPresent() && !isCollected(held.get())) {
                table.version = version;
                table.young = false;
                table.waiting = 0;
                table.unneeded.clear();
                return;
            }
            boolean news = version != table.version || table.young || table.waiting > 0;
            Instant due = table.looked.plus(table.waiting > 0 ? GRACE : PAUSE);
            if (!news || now.isBefore(due)) {
                return;
            }
            Instant before = now.minus(UNREFERRED);
            boolean[] ages = new boolean[2];
            files(each -> ages[each.modified().isBefore(before) ? 1 : 0] = true);
            table.looked = now;
            table.young = ages[0];
            if (!ages[1]) {
                table.version = version;
                table.waiting = 0;
                table.unneeded.clear();
                return;
            }
            List<Version> over = over(referred(held), before);
            table.version = version; // one that failed is looked at again
            table.failed = "";
            remove(held, over);
        }

        /** Whether its files may go; they may belong to other tables too. */
        private boolean isCollected(TableUpkeep.Held held) {
            return tables.load(closed(), held.kind(), held.name().orElseThrow()).isCollected();
        }

        private void files(Consumer<Version> each) {
            Optional<Listing.Place> next = Optional.of(new Listing.Place("", ""));
            while (next.isPresent() && !stopped()) {
                Listing.Page page =
                        objects()
                                .list(
                                        bucket,
                                        new Listing.Query(
                                                prefix, "", next.get().name(), "", Listing.MAX));
                page.versions().forEach(each);
                next = page.next();
            }
        }

        /** Empty for nobody: then nothing is needed. */
        private Optional<Referred> referred(Optional<TableUpkeep.Held> held) {
            if (held.isEmpty()) {
                return Optional.empty();
            }
            TableName name = held.get().name().orElseThrow();
            Loaded loaded = tables.load(closed(), held.get().kind(), name);
            if (!loaded.id().equals(id)) {
                throw new Refusal(Refusal.Kind.COMMIT_FAILED, "It was just renamed");
            }
            try (Admitted use = admit("lifecycle:LookForFiles", name.text())) {
                Pass pass = use.record(Outcome.DONE, 0);
                OpenedWarehouse opened =
                        new OpenedWarehouse(parts, own.request(), bucket, () -> pass);
                return Optional.of(tables.upkeep().referred(opened, loaded));
            }
        }

        /** Files that nothing needs, and that were seen so before; the others are remembered. */
        private List<Version> over(Optional<Referred> referred, Instant before) {
            List<Version> over = new ArrayList<>();
            Map<String, Instant> unneeded = new HashMap<>();
            files(each -> {
                boolean needed = referred.map(all -> all.has(each.name())).orElse(false);
                if (needed
                        || !each.modified().isBefore(before)
                        || unneeded.size() >= TableCare.MOST_WAITING) {
                    return;
                }
                Instant since = table.unneeded.getOrDefault(each.name(), now);
                unneeded.put(each.name(), since);
                if (!since.isAfter(now.minus(GRACE)) && over.size() < MOST) {
                    over.add(each);
                }
            });
            table.unneeded.clear();
            table.unneeded.putAll(unneeded);
            table.waiting = unneeded.size();
            return over;
        }

        private void remove(Optional<TableUpkeep.Held> held, List<Version> over) {
            for (int from = 0; from < over.size() && !stopped(); from += BATCH) {
                List<Version> batch = over.subList(from, Math.min(over.size(), from + BATCH));
                boolean still =
                        held.map(each ->
                                        tables.upkeep()
                                                .whileUnchanged(
                                                        closed(),
                                                        each,
                                                        () -> removeBatch(held, batch)))
                                .orElseGet(() -> {
                                    removeBatch(held, batch);
                                    return true;
                                });
                if (!still) {
                    break; // somebody committed: the next turn looks at what there is then
                }
                done += batch.size();
            }
        }

        /** On record first: files that a kill leaves are seen again. */
        private void removeBatch(Optional<TableUpkeep.Held> held, List<Version> batch) {
            String name = held.flatMap(TableUpkeep.Held::name).map(TableName::text).orElse(id);
            long bytes = batch.stream().mapToLong(Version::size).sum();
            try (Admitted use =
                    admit("lifecycle:RemoveFiles", name + ": " + batch.size() + " files")) {
                use.record(Outcome.DONE, bytes);
                for (Version each : batch) {
                    if (objects().expire(own.request().nested(), bucket, each)
                            instanceof Changed.Deleted) {
                        table.files.incrementAndGet();
                        table.bytes.addAndGet(each.size());
                    }
                    table.unneeded.remove(each.name());
                }
                table.waiting = table.unneeded.size();
            }
        }
    }

    /** What writers began to send and did not end. */
    private long uploads(Bucket bucket) {
        Instant before = clock.instant().minus(UNREFERRED);
        List<Upload> over = new ArrayList<>();
        Optional<Listing.Place> next = Optional.of(new Listing.Place("", ""));
        while (next.isPresent() && over.size() < BATCH && !stopped()) {
            Listing.Place place = next.get();
            Objects.Uploads.UploadPage page =
                    objects()
                            .uploads()
                            .list(
                                    bucket,
                                    new Listing.Query(
                                            "", "", place.name(), place.version(), Listing.MAX));
            next = page.next();
            page.uploads().stream()
                    .filter(each -> each.initiated().isBefore(before))
                    .limit(BATCH)
                    .forEach(over::add);
        }
        if (over.isEmpty()) {
            return 0;
        }
        Uses own = uses.get();
        Resource resource = own.data(Optional.of(bucket), bucket.name(), over.getFirst().name());
        try (Admitted use =
                own.admitFor(
                        bucket.organisation(),
                        "lifecycle:RemoveFiles",
                        resource,
                        over.size() + " uploads",
                        Tags.NONE)) {
            use.record(Outcome.DONE, 0);
            for (Upload each : over) {
                objects().uploads().abort(own.request().nested(), bucket, each.name(), each.id());
            }
        } catch (Refused e) {
            warn(bucket.name(), e);
            return 0;
        }
        return over.size();
    }
}

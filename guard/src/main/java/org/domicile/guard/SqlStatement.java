package org.domicile.guard;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.domicile.keys.Pass;
import org.domicile.policy.Decision;
import org.domicile.policy.Marks;
import org.domicile.policy.Resource;
import org.domicile.query.Answer;
import org.domicile.query.At;
import org.domicile.query.CatalogTable;
import org.domicile.query.DataFile;
import org.domicile.query.Failure;
import org.domicile.query.Footer;
import org.domicile.query.NotParquet;
import org.domicile.query.Plan;
import org.domicile.query.Relation;
import org.domicile.query.Sources;
import org.domicile.query.Table;
import org.domicile.query.TableFile;
import org.domicile.query.TableName;
import org.domicile.query.Wanted;
import org.domicile.request.Outcome;
import org.domicile.tables.Scan;

/**
 * The tables of one statement, under its request. A name is a table of the catalog or an object,
 * {@code s3://bucket/key.parquet}. What is held of it is held until the statement is closed, which
 * is when its columns are staged.
 */
final class SqlStatement implements Sources, AutoCloseable {
    private static final Pattern PLACE = Pattern.compile("s3://([^/]+)/(.+)");
    private static final int LONGEST = 4_000;

    /** Files of a table that EXPLAIN names. */
    private static final int MOST_TOLD = 20;

    private final Uses uses;
    private final NestedReads reads;
    private final Footers footers;
    private final Describing.Share share;
    private final Map<Named, Answer<Relation>> relations = new HashMap<>();
    private final Map<String, NestedReads.Held> held = new LinkedHashMap<>();
    private final SqlCatalog catalog;

    /** Columns that were planned, by the name of their table on record. */
    private final Map<String, Set<String>> planned = new HashMap<>();

    /** What was asked for. */
    private record Named(TableName name, At at, List<String> namespace) {}

    /**
     * @param namespace in which names without one lie; empty for none
     */
    SqlStatement(Uses uses, NestedReads reads, SqlCatalog.Parts parts, String namespace) {
        this.uses = uses;
        this.reads = reads;
        this.footers = parts.footers();
        this.share = parts.describing().share();
        this.catalog = new SqlCatalog(uses, reads, parts, namespace, held, share);
    }

    /**
     * What is known of all that it names: by labels where it lies, by what it carries itself, and
     * by the classes of columns that were read.
     *
     * @param into id of the table that it goes into, whose own columns keep their rules; empty for
     *     none
     */
    Marks marks(String into) {
        return labels().and(catalog.classes(planned, into));
    }

    /**
     * What is known of what it names, but for the classes of columns: those are judged again for
     * whoever reads them through it.
     */
    Marks labels() {
        Marks marks = Marks.NONE;
        for (NestedReads.Held each : reads.held()) {
            marks =
                    marks.and(each.state().marks())
                            .and(
                                    uses.labels(
                                            Optional.of(each.bucket()),
                                            each.bucket().name(),
                                            each.version().name()));
        }
        for (Resource.Data each : catalog.places()) {
            marks = marks.and(uses.labels(each));
        }
        return marks;
    }

    /** Something that was decided about, to be asked again. */
    record Decided(String action, Resource.Data resource) {}

    /** All that has to be allowed for who reads what it reads. */
    List<Decided> decided() {
        List<Decided> all = new ArrayList<>();
        List<Resource.Data> places = catalog.places();
        for (Resource.Data each : places) {
            all.add(new Decided(catalog.loading(each), each));
            all.add(new Decided("sql:Select", each));
        }
        for (NestedReads.Held each : reads.held()) {
            if (!places.contains(each.resource())) {
                all.add(new Decided(NestedReads.READING, each.resource()));
            }
        }
        return all.stream().distinct().toList();
    }

    /** What the files that it reads bring along themselves. */
    Marks brought() {
        Marks marks = Marks.NONE;
        for (NestedReads.Held each : reads.held()) {
            marks = marks.and(each.state().marks());
        }
        return marks;
    }

    /** Whether it reads a view. @param id of the catalog */
    boolean reads(String id) {
        return catalog.views().containsKey(id);
    }

    /** Of this table it reads what a snapshot has, because it changes that. @param id of it */
    void committedOnly(String id) {
        catalog.committedOnly(id);
    }

    /** Puts on record that what it names is described. @param before what was, which grows */
    void shown(Set<String> before) {
        catalog.shown(before);
    }

    /** Its use as organisation/node/number. */
    String use() {
        return uses.last();
    }

    @Override
    public Answer<Relation> resolve(TableName name, At at, List<String> namespace) {
        Named asked = new Named(name, at, namespace);
        Answer<Relation> known = relations.get(asked);
        if (known == null) {
            known = look(asked);
            relations.put(asked, known);
        }
        return known;
    }

    private Answer<Relation> look(Named asked) {
        Matcher place = PLACE.matcher(asked.name().table());
        if (asked.name().parts().size() > 1 || !place.matches()) {
            return catalog.resolve(asked.name(), asked.at(), asked.namespace());
        }
        if (!(asked.at() instanceof At.Now)) {
            return Answer.failed(
                    new Failure(
                            Failure.NOT_HERE,
                            "An object is read as it is.",
                            0,
                            "Tables of the catalog are read as of a version or a time."));
        }
        return switch (reads.hold(place.group(1), place.group(2))) {
            case NestedReads.Asked.Absent(String sentence) ->
                    Answer.failed(Failure.NO_TABLE, sentence);
            case NestedReads.Asked.Unreadable(String sentence) ->
                    Answer.failed(Failure.REFUSED, sentence);
            case NestedReads.Asked.There(NestedReads.Held one) -> table(one);
        };
    }

    @Override
    public Answer<List<TableFile>> files(CatalogTable table, Wanted wanted) {
        return catalog.files(table, wanted);
    }

    private Answer<Relation> table(NestedReads.Held one) {
        held.put(one.id(), one);
        return footer(one)
                .then(footer ->
                        Answer.of(new Table(List.of(new DataFile(one.id(), one.place(), footer)))));
    }

    /** From memory, or from the object, which is a use of its own. */
    private Answer<Footer> footer(NestedReads.Held one) {
        Optional<Footer> known = footers.of(one.id());
        if (known.isPresent()) {
            return room(Footers.size(known.get())).then(_ -> Answer.of(known.get()));
        }
        try (Admitted use = uses.admit("sql:Describe", one.resource(), one.place())) {
            use.confirm(one.state());
            Pass pass = use.record(Outcome.DONE, 0);
            PlainContent content = reads.open(one, pass);
            Footer footer =
                    Footer.read(
                            one.version().size(),
                            (offset, length) -> {
                                share.passing(2 * length);
                                return NestedReads.read(content, offset, length);
                            });
            footers.keep(one.id(), footer);
            return room(Footers.size(footer)).then(_ -> Answer.of(footer));
        } catch (Describing.Full e) {
            return Answer.failed(e.failure());
        } catch (NotParquet e) {
            return Answer.failed(
                    Failure.INVALID,
                    "s3://%s is not a Parquet file that can be read: %s."
                            .formatted(one.place(), e.getMessage()));
        } catch (IOException e) {
            return Answer.failed(
                    Failure.SYSTEM, "s3://%s could not be read: %s".formatted(one.place(), e));
        }
    }

    private Answer<Boolean> room(long bytes) {
        try {
            share.take(bytes);
            return Answer.of(true);
        } catch (Describing.Full e) {
            return Answer.failed(e.failure());
        }
    }

    /** Files that are worth writing anew; see {@link SqlCatalog#worn}. */
    Answer<List<Scan.DataFile>> worn(CatalogTable table, long below, int most) {
        return catalog.worn(table, below, most);
    }

    /** Some of these, opened; see {@link SqlCatalog#opened}. */
    Answer<List<TableFile>> opened(CatalogTable table, List<Scan.DataFile> files) {
        return catalog.opened(table, files);
    }

    /** Bytes that describe what it holds. */
    long described() {
        return share.held();
    }

    /**
     * Lets go of the files that it holds. @param described what it had taken before it held them
     */
    void letGo(long described) {
        reads.close();
        held.clear();
        catalog.forget();
        share.backTo(described);
    }

    @Override
    public Answer<Reading> open(Plan plan) {
        for (Plan.Scan scan : plan.scans()) {
            planned.computeIfAbsent(scan.place(), _ -> new HashSet<>()).addAll(scan.columns());
        }
        List<NestedReads.Held> all = reads.held();
        List<Resource.Data> places = catalog.places();
        Resource resource =
                !places.isEmpty()
                        ? places.getFirst()
                        : all.isEmpty()
                                ? new Resource.Own(uses.organisation())
                                : all.getFirst().resource();
        places.stream().skip(1).forEach(each -> uses.check("sql:Select", each, said(plan)));
        try (Admitted use = uses.admitAll("sql:Select", resource, said(plan), all)) {
            Pass pass = use.record(Outcome.DONE, plan.bytes());
            return Answer.of(new Opened(pass));
        }
    }

    @Override
    public List<String> told(Plan plan) {
        List<String> lines = new ArrayList<>();
        List<Resource> resources = new ArrayList<>(catalog.places());
        reads.held().forEach(each -> resources.add(each.resource()));
        Resource first =
                resources.isEmpty() ? new Resource.Own(uses.organisation()) : resources.getFirst();
        Decision decision = uses.asked("sql:Select", first);
        lines.add("purpose   " + uses.purpose(first));
        lines.add("use       " + uses.last());
        lines.add(
                "policies  "
                        + String.join(", ", decision.reasons())
                        + " (of the set "
                        + decision.policy().substring(0, Math.min(16, decision.policy().length()))
                        + ")");
        resources.stream()
                .distinct()
                .map(each -> each instanceof Resource.Data data ? labels(data) : "")
                .filter(each -> !each.isEmpty())
                .distinct()
                .forEach(lines::add);
        catalog.views().values().stream()
                .distinct()
                .forEach(each -> lines.add("view      " + each));
        for (Plan.Scan scan : plan.scans()) {
            if (!scan.rules().isEmpty()) {
                // How much there is that the caller does not see is not told.
                lines.add("reads     %s, as its rules leave it".formatted(scan.place()));
                lines.add("rules     of %s: %s".formatted(scan.place(), scan.rules()));
                continue;
            }
            lines.add(
                    "reads     %s: %,d files, %,d rows, %,d bytes; columns %s"
                            .formatted(
                                    scan.place(),
                                    scan.files().size(),
                                    scan.rows(),
                                    scan.bytes(),
                                    scan.columns().isEmpty()
                                            ? "none"
                                            : String.join(", ", scan.columns())));
            scan.files().stream().limit(MOST_TOLD).forEach(file -> lines.add("  " + file.place()));
            if (scan.files().size() > MOST_TOLD) {
                lines.add("  … and " + (scan.files().size() - MOST_TOLD) + " more");
            }
        }
        return lines;
    }

    private String labels(Resource.Data data) {
        Marks marks = uses.labels(data);
        return marks.isEmpty()
                ? ""
                : "labels    of %s/%s: classes %s, prohibited %s, only %s"
                        .formatted(
                                data.bucket(),
                                data.name(),
                                marks.classes(),
                                marks.prohibited(),
                                marks.only());
    }

    /**
     * What stands on record, inside the commitment: what is read, how much, and a text's digest.
     */
    private static String said(Plan plan) {
        StringBuilder said = new StringBuilder();
        for (Plan.Scan scan : plan.scans()) {
            String place = scan.place();
            said.append(said.isEmpty() ? "" : "; ")
                    .append(place)
                    .append(" (")
                    .append(String.join(", ", scan.columns()))
                    .append(") ")
                    .append(scan.rows())
                    .append(" rows")
                    .append(scan.rules().isEmpty() ? "" : ", " + scan.rules());
        }
        if (said.length() > LONGEST) {
            said.setLength(LONGEST);
            said.append(" … and more, ").append(plan.scans().size()).append(" tables in all");
        }
        return said.append(said.isEmpty() ? "" : "; ")
                .append("sha256 of the statement ")
                .append(digest(plan.sql()))
                .toString();
    }

    static String digest(String sql) {
        try {
            return HexFormat.of()
                    .formatHex(
                            MessageDigest.getInstance("SHA-256")
                                    .digest(sql.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** What the pass of the use opens. The bodies are the statement's to let go of. */
    private final class Opened implements Reading {
        private final Pass pass;
        private final Map<String, PlainContent> contents = new HashMap<>();

        Opened(Pass pass) {
            this.pass = pass;
        }

        @Override
        public InputStream read(DataFile file, long offset, long length) throws IOException {
            Optional<HotFile.InMemory> hot = catalog.hot(file.id());
            if (hot.isPresent()) {
                return hot.get().read(offset, length);
            }
            NestedReads.Held one = held.get(file.id());
            if (one == null) {
                throw new IllegalArgumentException("the plan does not have " + file.place());
            }
            PlainContent content = contents.computeIfAbsent(file.id(), _ -> reads.open(one, pass));
            return NestedReads.read(content, offset, length);
        }

        @Override
        public long[] rows(TableFile.Deletes.Vector vector) throws IOException {
            return catalog.rows(vector, pass);
        }

        @Override
        public void close() {
            contents.clear();
        }
    }

    @Override
    public void close() {
        reads.close();
        share.close();
    }
}

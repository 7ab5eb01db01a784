package org.domicile.tables;

import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.domicile.keyspace.Keyspace;
import org.domicile.request.Request;

/**
 * See the package's page. Safe for concurrent use. What cannot be done is {@link Refusal}; of a
 * change it is on record then.
 */
public interface Tables {
    /**
     * What lies in a keyspace. One process has one.
     *
     * @param ids where ids come from; must not be guessable
     */
    static Tables open(Keyspace keyspace, InstantSource clock, RandomGenerator ids) {
        return new StoredTables(keyspace, clock, ids);
    }

    /** Namespaces right in one, or at the root. */
    Page<NamespaceName> namespaces(Warehouse warehouse, NamespaceName parent, Page.Asked page);

    /** Properties of a namespace. */
    Map<String, String> namespace(Warehouse warehouse, NamespaceName name);

    /** Makes one. Carries the record. */
    void create(Request request, Warehouse warehouse, NewNamespace wanted, Once once);

    /** Drops one that is empty. Carries the record. */
    void drop(Request request, Warehouse warehouse, NamespaceName name, Once once);

    /** Sets properties and takes others away. Carries the record. */
    PropertiesChange.Changed change(
            Request request,
            Warehouse warehouse,
            NamespaceName name,
            PropertiesChange change,
            Once once);

    /** Names of tables or of views of a namespace. */
    Page<TableName> list(Warehouse warehouse, NamespaceName namespace, Kind kind, Page.Asked page);

    /** Id of a table or view. */
    String id(Warehouse warehouse, Kind kind, TableName name);

    /** A table or a view as it is. */
    Loaded load(Warehouse warehouse, Kind kind, TableName name);

    /**
     * What a table would be that is made by a commit later: its id is kept for it, for a day.
     * Carries the record.
     */
    Loaded stage(Request request, Warehouse warehouse, TableName name, NewTable wanted);

    /** Makes a table. Carries the record. */
    Loaded create(Request request, Warehouse warehouse, TableName name, NewTable wanted, Once once);

    /** An id for a table to be: its files may lie there before it is made. */
    String fresh();

    /** What a table would be that is made so. Changes nothing. @param id from {@link #fresh} */
    Loaded drafted(Warehouse warehouse, String id, TableName name, NewTable wanted);

    /** How rows of a table are laid into files that are written now. Reads no file. */
    Spread spread(Loaded table);

    /**
     * Makes a table that has rows from its first moment on. Carries the record.
     *
     * @param id from {@link #fresh}
     * @param first what it holds and what is kept with it; an append
     */
    Loaded create(
            Request request, Warehouse warehouse, String id, NewTable wanted, FilesChange first);

    /** Makes a view. Carries the record. */
    Loaded create(Request request, Warehouse warehouse, TableName name, NewView wanted, Once once);

    /**
     * Commits changes of tables, all or none; one of them, or each, may be a table's first. Carries
     * the record.
     *
     * @return the tables as they are then, in the order of the changes
     */
    List<Loaded> commit(Request request, Warehouse warehouse, List<TableChange> changes, Once once);

    /**
     * Commits files that are ready, against whatever the table is by then. Carries the record. What
     * it has to read of the table, manifests and their list, it reads meanwhile: so that is on
     * record, or the warehouse's {@link Warehouse#read} sees to it.
     */
    default Loaded commit(Request request, Warehouse warehouse, FilesChange change) {
        return commit(request, warehouse, List.of(change)).getFirst();
    }

    /**
     * The same of several tables, all or none.
     *
     * @param changes one for each table
     * @return the tables as they are then, in the order of the changes
     */
    List<Loaded> commit(Request request, Warehouse warehouse, List<FilesChange> changes);

    /**
     * What the last {@link FilesChange} had kept with a table, or the last text with a view; empty
     * for none. It is the caller's, and goes when the table or view goes.
     */
    byte[] carried(Warehouse warehouse, String id);

    /**
     * Whether an {@link FilesChange.Append} of that name came into a table already. Reads no file.
     */
    boolean committed(Warehouse warehouse, Loaded table, Map<String, String> load);

    /** How far a {@link FilesChange.Feed} has brought a table; empty for none. Reads no file. */
    String fed(Warehouse warehouse, String id);

    /** Commits changes of a view. Carries the record. */
    Loaded commit(Request request, Warehouse warehouse, ViewChange change, Once once);

    /**
     * What a metadata file says, before it is registered: reads it, so the reading is on record.
     */
    Registrable registrable(Warehouse warehouse, Kind kind, Registration asked);

    /** Gives a table or view that was dropped, or none any more has, a name. Carries the record. */
    Loaded register(
            Request request, Warehouse warehouse, TableName name, Registrable what, Once once);

    /**
     * Drops a table or view. Carries the record. Files of one that is not purged stay and can be
     * registered again.
     *
     * @return its id, whose files are to be removed when it is purged
     */
    String drop(
            Request request,
            Warehouse warehouse,
            Kind kind,
            TableName name,
            Files files,
            Once once);

    /** Another name, in whatever namespace. Carries the record. */
    void rename(Request request, Warehouse warehouse, Kind kind, Renaming renaming, Once once);

    /**
     * What has to be read of a table. Reads its manifests, so the use is on record.
     *
     * @param columns that are wanted, by full name; empty for all
     */
    default Scan scan(
            Warehouse warehouse, Loaded table, Moment at, Filter filter, List<String> columns) {
        return scan(warehouse, table, at, filter, columns, Memory.UNBOUNDED);
    }

    /** The same. @param memory what its answer takes is taken from it, file by file */
    Scan scan(
            Warehouse warehouse,
            Loaded table,
            Moment at,
            Filter filter,
            List<String> columns,
            Memory memory);

    /**
     * Files of what a table is now that are smaller than so many bytes, or of which rows are
     * deleted, as far as so many: a part of a table that has more. Reads its manifests, so the use
     * is on record.
     */
    List<Scan.DataFile> worn(
            Warehouse warehouse, Loaded table, long below, int most, Memory memory);

    /** What a table looks like. Reads no file. */
    Shape shape(Warehouse warehouse, Loaded table, Moment at);

    /**
     * What each of a table's outermost columns was called at first, by its id, as far as its
     * metadata remember. Reads no file.
     */
    Map<Integer, String> firstNames(Loaded table);

    /** What a view is. */
    ViewText text(Loaded view);

    /**
     * The same as a client of the catalog asks it. It is remembered for a while.
     *
     * @param memory what the plan and its answer take while they are made is taken from it
     */
    Plan plan(Warehouse warehouse, Loaded table, PlanAsked asked, Memory memory);

    /** What a plan was answered, once more: a FetchPlanningResult in JSON. */
    String planned(Warehouse warehouse, String table, String plan, Memory memory);

    /** A page of a plan: answers a FetchScanTasksRequest with a FetchScanTasksResult. */
    String tasks(Warehouse warehouse, String table, String asked, Memory memory);

    /** Forgets a plan. */
    void cancel(Warehouse warehouse, String table, String plan);

    /** What keeps tables in order. */
    TableUpkeep upkeep();

    /** Forgets what is remembered for a while and is over; the count of it. */
    int sweep();

    /** What becomes of the files of what is dropped. */
    enum Files {
        STAY,
        GO
    }
}

package org.domicile.guard;

import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.domicile.tables.Expiry;
import org.domicile.tables.Filter;
import org.domicile.tables.Inspection;
import org.domicile.tables.Kind;
import org.domicile.tables.Loaded;
import org.domicile.tables.Moment;
import org.domicile.tables.NamespaceName;
import org.domicile.tables.NewNamespace;
import org.domicile.tables.NewTable;
import org.domicile.tables.NewView;
import org.domicile.tables.Once;
import org.domicile.tables.Page;
import org.domicile.tables.Plan;
import org.domicile.tables.PlanAsked;
import org.domicile.tables.PropertiesChange;
import org.domicile.tables.Registration;
import org.domicile.tables.Renaming;
import org.domicile.tables.Scan;
import org.domicile.tables.TableChange;
import org.domicile.tables.TableName;
import org.domicile.tables.TableUpkeep;
import org.domicile.tables.Tables;
import org.domicile.tables.ViewChange;

/**
 * The caller's organisation's catalog under one request. Each method is one use (a registration
 * two: its file is read first), in the organisation's use log, with the name as its object; what is
 * read and written of files on the way adds none. May throw {@link Refused}; what cannot be done is
 * {@link org.domicile.tables.Refusal}. Owned by the request's thread.
 */
public interface GuardedTables {
    /** The last use as {@code organisation/node/number}; empty when there is none. */
    String use();

    /** Records that the door itself refused a known caller. */
    void refuse(String action, String reason);

    /** That somebody asks what the catalog is like. */
    void configuration();

    /** Namespaces right in one, or at the root. */
    Page<NamespaceName> namespaces(NamespaceName parent, Page.Asked page);

    /** Properties of a namespace. */
    Map<String, String> namespace(NamespaceName name);

    /** Makes a namespace, and with the first one the warehouse. */
    Map<String, String> create(NewNamespace wanted, Once once);

    /** Drops a namespace that is empty. */
    void drop(NamespaceName name, Once once);

    /** Sets properties and takes others away. */
    PropertiesChange.Changed change(NamespaceName name, PropertiesChange change, Once once);

    /** Names of tables or of views. */
    Page<TableName> list(NamespaceName namespace, Kind kind, Page.Asked page);

    /** Whether there is one: {@link org.domicile.tables.Refusal} when not. */
    void exists(Kind kind, TableName name);

    /** A table or a view. */
    Shown load(Kind kind, TableName name, Files files);

    /** Makes a table, or says what it would be. */
    Shown create(NamespaceName namespace, NewTable wanted, Files files, Once once);

    /** Makes a view. */
    Loaded create(NamespaceName namespace, NewView wanted, Once once);

    /** Commits changes of tables, all or none. */
    List<Loaded> commit(List<TableChange> changes, Once once);

    /** Commits changes of a view. */
    Loaded commit(ViewChange change, Once once);

    /** Gives a table or view whose files are there a name. */
    Shown register(Kind kind, NamespaceName namespace, Registration asked, Files files, Once once);

    /** Drops a table or view. */
    void drop(Kind kind, TableName name, Tables.Files files, Once once);

    /** Another name. */
    void rename(Kind kind, Renaming renaming, Once once);

    /** A credential for the files of a table. */
    Shown credentials(TableName name);

    /**
     * Headers that make a request to S3 one of a table session.
     *
     * @param asked the request as it will be sent
     */
    Map<String, String> sign(TableName name, SignAsked asked);

    /** What has to be read to answer a question, as a client asks it. */
    Plan plan(TableName name, PlanAsked asked);

    /** What a plan was answered. */
    String planned(TableName name, String plan);

    /** A page of a plan. */
    String tasks(TableName name, String asked);

    /** Forgets a plan. */
    void cancel(TableName name, String plan);

    /** That a client reports what it did with a table. */
    void report(TableName name);

    /** What a table holds and keeps, and how its upkeep stands; its manifests are read. */
    Inspected inspect(TableName name);

    /** Which snapshots and references would end. */
    TableUpkeep.Over over(TableName name, Expiry expiry);

    /** Ends them. Their files go when upkeep finds that nothing needs them. */
    TableUpkeep.Over expire(TableName name, Expiry expiry, Once once);

    /**
     * What has to be read to answer a question, for whoever carries it out here: its files can be
     * read with it. Close it.
     *
     * @param columns that are wanted, by full name; empty for all
     */
    Scanned scan(TableName name, Moment at, Filter filter, List<String> columns);

    /** Whether who asks wants to reach files. */
    enum Files {
        /** With a credential of a table session. */
        VENDED,
        /** By asking for each request's signature. */
        SIGNED,
        /** Not at all, or with what it has. */
        NONE
    }

    /**
     * A table or view, and how its files are reached.
     *
     * @param bucket where files of tables lie
     * @param granted a credential for its files, when it was asked for
     */
    record Shown(Loaded loaded, String bucket, Optional<Granted> granted) {
        /** What the locations of its files begin with. */
        public String prefix() {
            return "s3://" + bucket + "/" + loaded.id() + "/";
        }
    }

    /**
     * A table, looked into.
     *
     * @param upkeep how it stands since the program started, by name; see {@link UpkeepOfTables}
     * @param rules of it, for people, one a line; see {@link GuardedRules}
     */
    record Inspected(Inspection inspection, Map<String, String> upkeep, List<String> rules) {
        /** They are the record's own. */
        public Inspected {
            rules = List.copyOf(rules);
        }
    }

    /** A table session. */
    record Granted(String accessKey, String secret, String token, Instant expires) {
        @Override
        public String toString() {
            return "table session " + accessKey;
        }
    }

    /**
     * A request to S3 that is to be signed.
     *
     * @param host with the port, where it is not the usual one
     * @param path as it will be sent, encoded
     * @param query as it will be sent, encoded and sorted, each name with =
     * @param headers by lower-case name, those to be signed
     * @param payload SHA-256 of the body in hexadecimal, or {@code UNSIGNED-PAYLOAD}
     * @param bucket that the address means @param key that it means, decoded; empty for the bucket
     */
    record SignAsked(
            String method,
            String host,
            String path,
            String query,
            Map<String, String> headers,
            String payload,
            String region,
            String bucket,
            String key) {}

    /** A scan whose files can be read. Reading is for many threads at once; closing for one. */
    interface Scanned extends AutoCloseable {
        /** What has to be read. */
        Scan scan();

        /**
         * Bytes of a file of the scan, of data or of deletes. Close it.
         *
         * @param name as the scan has it
         * @throws org.domicile.tables.Refusal UNREADABLE when it is not there any more
         */
        InputStream read(String name, long offset, long length) throws IOException;

        @Override
        void close();
    }
}

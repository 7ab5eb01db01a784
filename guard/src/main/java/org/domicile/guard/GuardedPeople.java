package org.domicile.guard;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.domicile.ledger.Ledger;
import org.domicile.people.Rule;
import org.domicile.policy.Evidence;

/**
 * People whom data are about, under one request: where a data set says who they are, their erasure,
 * the disclosure of what stands in an entry, and their own view. Each method is one use under the
 * built-in purpose {@code administration}; none of its records holds an identifier. May throw
 * {@link Refused}; what cannot be done is {@link Administration.Impossible} with a sentence.
 */
public interface GuardedPeople {
    /** What a person's own look is called in records. */
    String READ_OWN = "people:ReadOwn";

    /** The last use as {@code organisation/node/number}; empty when there is none. */
    String use();

    /** Says where the identifier of a person stands in a data set. */
    Rule createRule(String bucket, String prefix, Rule.Where where);

    /** All rules. */
    List<Rule> rules();

    /** Ends a rule. */
    Rule removeRule(String id);

    /**
     * Destroys the key of the person whom an organisation knows under an identifier; returns when
     * no place of the key store can open it any more. What is stored about the person (objects) is
     * not touched, and records in streams go with their files: it is complete when those are gone.
     */
    Erased erase(String organisation, String identifier);

    /** Ends a principal's credentials, forgets its name, and destroys its key. */
    Erased erasePrincipal(String organisation, String name);

    /**
     * Opens fields of an entry for somebody, also of one that is sealed: this is how an auditor
     * sees it before its day, and the public log says that somebody did.
     *
     * @param to for whom and why
     */
    Disclosed disclose(String log, long index, List<String> fields, String to);

    /**
     * Opens what the decisions of an organisation's day read, for somebody who makes them again:
     * every use of this node's log whose fields can all still be opened. The public log says at
     * once which part of the log was opened.
     *
     * @param day in UTC
     * @param before only entries before this place in the log, for the next piece; {@link
     *     Long#MAX_VALUE} for the first
     * @param to for whom and why
     */
    DisclosedDay discloseDay(String organisation, LocalDate day, long before, String to);

    /**
     * Makes a code with which a person sees, once, the uses that concern her. Where the
     * organisation has a purpose that allows sealed uses, also for somebody of whom nothing is on
     * record.
     */
    IssuedCode issueCode(String organisation, String identifier, Duration life);

    /**
     * What a person is told who shows a code: the uses that concern her, newest first, without
     * those that are sealed still. The code is spent. Empty when it is no good (any more), which is
     * counted.
     */
    Optional<Own> own(String code, Ledger.Span span);

    /**
     * A key that is dead.
     *
     * @param subject its id, which nothing leads to any more
     * @param index of the entry in the public log
     * @param confirmation shows offline that the entry is about this key, as a disclosure does;
     *     empty when the entry was not under a checkpoint in time
     * @param streams of the organisation that are about people, whose records are not touched
     */
    record Erased(
            String organisation,
            String subject,
            long index,
            String confirmation,
            List<Remaining> streams) {
        /** They are the record's own. */
        public Erased {
            streams = List.copyOf(streams);
        }
    }

    /**
     * A stream that is about people, as its label says. It holds records in clear, whoever they are
     * about.
     *
     * @param lies how long a record's file lies there at the latest, where it goes by age
     * @param until when those that came by now are gone, if they go by age, or with a stream that
     *     was deleted; a whole minute
     */
    record Remaining(String stream, Kept kept, Duration lies, Instant until) {
        /** What its records wait for. */
        public enum Kept {
            /** For their age. */
            BY_AGE,
            /**
             * To be rows of its table, and then for their age; and for a later record, which begins
             * another file.
             */
            UNTIL_ROWS,
            /** It was deleted: for the log, which does not run, to delete it, and a minute more. */
            UNTIL_DELETED
        }
    }

    /**
     * @param text the file: openings and proof
     */
    record Disclosed(String log, long index, String text) {}

    /**
     * A piece of a day, newest first.
     *
     * @param closed uses of this piece that cannot be opened (any more)
     * @param evidence what the uses name by digest
     * @param next {@code before} of the next piece; 0 when this is the last
     */
    record DisclosedDay(
            String log,
            List<OpenedUse> uses,
            long closed,
            Collection<Evidence> evidence,
            long next) {}

    /** A use of which everything was opened. */
    record OpenedUse(long index, List<Ledger.Opening> openings) {}

    /**
     * @param code what the person is given; it is kept nowhere
     */
    record IssuedCode(String code, Instant expires) {}

    /**
     * @param next where to go on with another code; 0 when all was told
     */
    record Own(String organisation, List<OwnUse> uses, long next) {}

    /**
     * A use that concerns the person.
     *
     * @param purposeText what the purpose is, in plain words
     */
    record OwnUse(Ledger.Concern concern, String purposeText) {}
}

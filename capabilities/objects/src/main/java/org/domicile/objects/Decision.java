package org.domicile.objects;

import java.util.function.LongFunction;
import org.domicile.keyspace.Transaction;
import org.domicile.request.Outcome;
import org.domicile.request.Request;

/** What would make an answer true: the transaction, and the answer once it has a commit version. */
record Decision<T>(Transaction transaction, LongFunction<T> answer) {
    /** Nothing changes but the record. */
    static <T> Decision<T> alone(Request request, Outcome outcome, T answer) {
        return new Decision<>(new Transaction().carrying(request, outcome), _ -> answer);
    }
}

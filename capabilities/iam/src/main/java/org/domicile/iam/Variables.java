package org.domicile.iam;

import org.jspecify.annotations.Nullable;

/** What the variables of a document stand for. */
interface Variables {
    /** What the request holds under this key; null if nothing. */
    @Nullable String value(ConditionKey.Named key);
}

package org.domicile.query;

import java.io.IOException;

/** A file is not Parquet, or is cut off or broken: with a sentence. */
public final class NotParquet extends IOException {
    private static final long serialVersionUID = 1L;

    NotParquet(String sentence) {
        super(sentence);
    }
}

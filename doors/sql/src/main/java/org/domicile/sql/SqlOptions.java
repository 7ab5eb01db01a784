package org.domicile.sql;

import org.domicile.http.ListenerOptions;

/**
 * The listener.
 *
 * @param listener its address is TCP
 */
public record SqlOptions(ListenerOptions listener) {
    /** Checks the address. */
    public SqlOptions {
        if (!(listener.address() instanceof ListenerOptions.Address.Tcp)) {
            throw new IllegalArgumentException("the SQL door listens on TCP");
        }
    }

    ListenerOptions.Address.Tcp address() {
        return (ListenerOptions.Address.Tcp) listener.address();
    }
}

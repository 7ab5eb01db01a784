package org.domicile.policy;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.domicile.cedar.IpAddress;
import org.domicile.cedar.Value;

/** Clients' addresses as values of the language; the last ones are remembered. */
final class Addresses {
    private static final int REMEMBERED = 256;

    private record Known(String text, Optional<Value> value) {}

    private static final AtomicReferenceArray<Known> KNOWN = new AtomicReferenceArray<>(REMEMBERED);

    private Addresses() {}

    /** Empty when there is none, as for the program itself. */
    static Optional<Value> value(String text) {
        int slot = (text.hashCode() * 0x9E3779B1) >>> 24;
        Known known = KNOWN.get(slot);
        if (known == null || !known.text().equals(text)) {
            // The interface that a link-local address was seen on is no part of the address.
            int scope = text.indexOf('%');
            String address = scope < 0 ? text : text.substring(0, scope);
            known = new Known(text, IpAddress.read(address).map(each -> each));
            KNOWN.set(slot, known);
        }
        return known.value();
    }
}

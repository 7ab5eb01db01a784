package org.domicile.ingest;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * Bytes a second that each organisation publishes over HTTP, or follows. A second's worth may come
 * at once; who has gone over it waits until it is paid off. Safe for concurrent use.
 */
final class Rates {
    private static final double SECOND = Duration.ofSeconds(1).toNanos();
    private static final int MANY = 1_000;

    private final long rate;
    private final Map<String, Account> accounts = new HashMap<>();

    /**
     * @param owed bytes beyond what may come at once, as of a time; less than 0 for what may yet
     */
    private record Account(double owed, long nanos) {}

    /**
     * @param rate bytes a second; 0 for no bound
     */
    Rates(long rate) {
        this.rate = rate;
    }

    private double owed(Account account, long now) {
        return Math.max(-rate, account.owed - (now - account.nanos) / SECOND * rate);
    }

    /** How long to wait before more may come; zero for now. */
    Duration wait(String organisation, long nanos) {
        synchronized (accounts) {
            Account account = accounts.get(organisation);
            if (rate == 0 || account == null) {
                return Duration.ZERO;
            }
            double owed = owed(account, nanos);
            return owed <= 0 ? Duration.ZERO : Duration.ofNanos((long) (owed / rate * SECOND));
        }
    }

    /** So much came. */
    void came(String organisation, long bytes, long nanos) {
        if (rate == 0) {
            return;
        }
        synchronized (accounts) {
            if (accounts.size() > MANY) {
                accounts.values().removeIf(each -> owed(each, nanos) <= -rate);
            }
            Account account = accounts.getOrDefault(organisation, new Account(-rate, nanos));
            accounts.put(organisation, new Account(owed(account, nanos) + bytes, nanos));
        }
    }
}

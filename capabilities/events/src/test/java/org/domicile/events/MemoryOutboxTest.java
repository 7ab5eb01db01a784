package org.domicile.events;

import java.lang.reflect.Proxy;
import org.domicile.keyspace.Keyspace;

/** In memory. */
class MemoryOutboxTest extends OutboxContract {
    private final Keyspace memory = Keyspace.inMemory();

    /** What is in memory outlives a closing here. */
    @Override
    Keyspace open() {
        return (Keyspace)
                Proxy.newProxyInstance(
                        Keyspace.class.getClassLoader(),
                        new Class<?>[] {Keyspace.class},
                        (_, method, arguments) ->
                                method.getName().equals("close")
                                        ? null
                                        : method.invoke(memory, arguments));
    }
}

package io.fdflux.testsuite.architecture;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Rows of a name and other names. A row without a name goes on with the one before it. */
final class Table {

    private Table() {}

    static Map<String, Set<String>> of(String text) {
        Map<String, Set<String>> rows = new LinkedHashMap<>();
        String row = "";
        for (String line : text.lines().filter(l -> !l.isBlank()).toList()) {
            String[] cells = line.split("\\|", -1);
            row = cells[0].isBlank() ? row : cells[0].strip();
            Set<String> names = rows.computeIfAbsent(row, name -> new TreeSet<>());
            names.addAll(List.of(cells[1].strip().split("\\s+")));
            names.remove("");
        }
        return rows;
    }
}

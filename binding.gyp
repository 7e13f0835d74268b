{
  # For those who build with node-gyp; the package itself uses CMakeLists.txt. Both read native/sources.json.
  "targets": [
    {
      "target_name": "mobula",
      "conditions": [
        ["OS=='linux'", {
          "sources": [
            "<!@(node -p \"['core', 'linux', 'addon'].flatMap((part) => require('./native/sources.json')[part]).join(' ')\")"
          ],
          "include_dirs": [
            ".",
            "<!(node -p \"require('node-api-headers').include_dir\")"
          ],
          "defines": ["NAPI_VERSION=9"],
          "cflags_cc!": ["-std=gnu++17", "-fno-rtti"],
          "cflags_cc": ["-std=c++20", "-O2", "-Wall", "-Wextra", "-fvisibility=hidden"]
        }, {
          "type": "none"
        }]
      ]
    }
  ]
}

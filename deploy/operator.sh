# Read this file into bash before you give a command by hand (an installation without containers):
#   sudo -u reform-index bash
#   . /opt/reform-index/deploy/operator.sh
# It takes the settings as they stand, whatever signs they have, and shows none of them.
REFORM_INDEX_SETTINGS=${REFORM_INDEX_SETTINGS:-/etc/reform-index/settings.env}
if ! [ -r "$REFORM_INDEX_SETTINGS" ]; then
    echo "$REFORM_INDEX_SETTINGS cannot be read by $(id --user --name): see deploy/README.md" >&2
    return 1
fi
export REFORM_INDEX_HOME=${REFORM_INDEX_HOME:-/srv/reform-index}
export DAGSTER_HOME=$REFORM_INDEX_HOME/dagster
export DAGSTER_DISABLE_TELEMETRY=yes
while IFS= read -r setting || [ -n "$setting" ]; do
    case $setting in
        '' | '#'*) ;;
        *) export "$setting" ;;
    esac
done < "$REFORM_INDEX_SETTINGS"
cd "$(dirname "${BASH_SOURCE[0]}")/.." || return
export PATH=$PWD/.venv/bin:$PATH
